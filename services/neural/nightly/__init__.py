"""The nightly run: trust, rebuild, prior strengths, drift, expiry; one at a time, taken up where it stopped."""
