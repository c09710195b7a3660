"""Tests of the processes of services and their supervisor."""
