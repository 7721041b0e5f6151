"""Custom Webshop: static key, bare arrays, cursor pages, partial updates, money as text."""
