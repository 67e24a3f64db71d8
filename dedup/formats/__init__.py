"""Where text comes from and goes to: plain text, JSON lines, compression, atomic files, the removal log, restore."""
