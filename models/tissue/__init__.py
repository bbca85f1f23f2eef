"""Who is where and wired to whom: cells, projections, graphs, lesions, and one animal's draw."""
