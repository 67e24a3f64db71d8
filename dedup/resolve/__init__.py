"""Resolution: who stays and who goes, once all verdicts are known."""
