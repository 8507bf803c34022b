"""What manuals and other papers of a product name: options, words that are set apart, ports.

Spec: man-pages(7), groff_man(7), mdoc(7).
"""
