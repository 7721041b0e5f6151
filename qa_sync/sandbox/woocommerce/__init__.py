"""WooCommerce: customers, products and orders of wc/v3."""
