"""Custom Webshop: static key, bare arrays, cursor pages, partial updates, money as text (facts/MAPPING.md 2-5)."""
