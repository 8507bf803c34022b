"""The parts of the HTML report: one section a module, `element.py` escapes, `style.css` styles.

Spec: HTML Living Standard; WCAG 2.2, level AA.
"""
