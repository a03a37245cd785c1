import collections
from tests.meetings import test_histories as t
C=collections.Counter(); D=collections.Counter()
o=t.Histories.do
def do(self,chosen,name,role,action,on_paper=None,**k):
    m,p=chosen
    rev=p.status
    before=(p.status,p.payment,p.alternative,tuple(sorted(p.attended)),tuple(p.answers))
    o(self,chosen,name,role,action,on_paper=on_paper,**k)
    from meetings.models import Meeting
    after=(p.status,p.payment,p.alternative,tuple(sorted(p.attended)),tuple(p.answers))
    D[(name,role, before!=after)]+=1
t.Histories.do=do
td=t.Histories.teardown
def teardown(self):
    for m,p in self.meetings: C[(p.status,p.payment)]+=1
    td(self)
t.Histories.teardown=teardown
import pytest
@pytest.mark.django_db
def test_s():
    t.test_every_history_agrees_with_the_paper()
    print(C); 
    for k,v in sorted(D.items()): print(k,v)
