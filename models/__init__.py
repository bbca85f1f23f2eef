"""What the tissue is: parameters, equations, wiring and devices. Knows no experiment."""
