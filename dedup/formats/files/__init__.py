"""Files: found, opened, unpacked, decoded, replaced."""
