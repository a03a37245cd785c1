"""Signing up and in, second factors, sessions."""
