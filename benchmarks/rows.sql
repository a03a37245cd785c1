-- Rows numbered from %(begin)s to %(end)s in every long table. Triggers and checks keep the truth: not what is measured.
SET session_replication_role = replica;
INSERT INTO accounts_user (id, password, is_superuser, is_staff, is_active, date_joined, first_name, last_name,
                           email, time_zone, language, date_format, deleted_at)
SELECT n, '', n = 1, n %% 50000 = 1, n %% 997 <> 0, now() - n * interval '1 minute',
       (array['Eva', 'Petr', 'Jana', 'Tomáš', 'Zuzana', 'Ján'])[1 + n %% 6],
       initcap(substr(md5((n %% 20000)::text), 1, 8)), 'person' || n || '@example.com', 'Europe/Prague', 'en',
       'd.m.Y', NULL
FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO meetings_meeting (id, student_id, expert_id, service_id, skill_id, note, suggested_by, suggested_at,
    price, share_percent, late_percent, late_hours, starts_at, ends_at, alternative_by, status, payment,
    approved_by_user, approved_by_expert, evaluation, is_flagged, date_version, revision)
SELECT n, n, %(begin)s + (n * 7 + 1 - %(begin)s) %% (%(end)s - %(begin)s + 1), 1, 1, '', 'user', now(), (n %% 10) * 10, 20,
    50, 24, now() - n * interval '1 minute', now() - n * interval '1 minute' + interval '1 hour', '',
    CASE WHEN n %% 10007 = 0 THEN 'under_review' WHEN n %% 7 = 0 THEN 'cancelled' ELSE 'held' END,
    CASE WHEN n %% 10007 = 0 THEN 'blocked' WHEN n %% 7 = 0 THEN 'returned' ELSE 'reimbursed' END,
    true, true, CASE WHEN n %% 10007 = 0 OR n %% 7 = 0 THEN '' ELSE 'answers' END, n %% 5003 = 0, 1, 3
FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO meetings_event (id, meeting_id, kind, role, at, date_version, words, facts)
SELECT n, n, CASE WHEN n %% 2003 = 0 THEN 'cancelled_by_expert' ELSE 'approved_by_user' END, 'user',
    now() - (%(end)s - n) * interval '1 second', 1, '', CASE WHEN n %% 2003 = 0 THEN '{"late": true}' ELSE '{}' END::jsonb
FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO meetings_answer (id, meeting_id, role, progress, stars, at)
SELECT n, n, 'user', 'smooth', 5, now() FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO meetings_review (id, student_id, expert_id, text, written_at, edited_at)
SELECT n, n, %(begin)s + (n * 7 + 1 - %(begin)s) %% (%(end)s - %(begin)s + 1), 'Good.', now(), now()
FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO meetings_reminder (id, meeting_id, kind, date_version, due_at, state, settled_at)
SELECT n, n, 'day_before', 1, now(), 'sent', now() FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO meetings_videoroom (meeting_id, platform, remembered, tried_versions, sealed_link, attempts, trouble,
    trouble_words, troubled_since)
SELECT n, 'practice', '{}', '{}', '', 0, CASE WHEN n %% 50021 = 0 THEN 'helpless' ELSE '' END, '',
    CASE WHEN n %% 50021 = 0 THEN now() END FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO notifications_notification (id, recipient_id, kind, source, reference, facts, created_at, in_bell,
    mail_state, mail_attempts, mail_problem)
SELECT n, n, 'meetings.held', 'event:' || n, 'meeting:' || n, '{}', now() - (%(end)s - n) * interval '1 second', true,
    CASE WHEN n %% 20011 = 0 THEN 'failed' ELSE 'sent' END, 1, '' FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO credits_account (id, kind, owner_id, reference, balance, is_closed)
SELECT n + 10, 'wallet', n, '', 100, false FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO credits_posting (id, key, kind, reference, reason, made_at)
SELECT n, 'key:' || n, CASE WHEN n %% 9001 = 0 THEN 'payout' ELSE 'charge' END, 'meeting:' || n, '',
    now() - (%(end)s - n) * interval '1 second' FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO credits_transfer (id, posting_id, source_id, target_id, amount)
SELECT n, n, n + 10, %(begin)s + 10 + (n + 1 - %(begin)s) %% (%(end)s - %(begin)s + 1), 10
FROM generate_series(%(begin)s, %(end)s) AS n;
INSERT INTO accounts_expertprofile (user_id, headline, introduction, company, city, languages, availability,
    is_approved, is_public, search_text)
SELECT n, '', '', '', '', '{}', '', n %% 5000 <> 0, true, ''
FROM generate_series(%(begin)s, %(end)s) AS n WHERE n %% 10 = 0;
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT n, 'person' || n || '@example.com', n %% 100 <> 0, true
FROM generate_series(%(begin)s, %(end)s) AS n;
