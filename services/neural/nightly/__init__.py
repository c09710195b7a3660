"""The nightly run: trust, rebuild, prior strengths, drift report and deletion of old rows."""
