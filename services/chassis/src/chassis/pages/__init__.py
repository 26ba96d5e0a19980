"""What every service's pages for people share: layout, language, theme, headers, static files, error pages."""
