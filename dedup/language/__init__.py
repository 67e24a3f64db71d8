"""What is known of languages: words, spellings, numbers, phrases."""
