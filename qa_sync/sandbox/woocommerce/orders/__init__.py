"""Orders of WooCommerce: fields, lines, taxes, stock, and the order as a response."""
