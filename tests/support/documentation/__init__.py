"""What makes the generated pages of the documentation: man pages, tables of schemas, the library, the list of pages."""
