"""How many cells the groups of a tissue have."""


def group_sizes(tissue):
    return {
        "principal": tissue.n_principal,
        "other": tissue.n_neurons - tissue.n_principal,
        "afferent": max(where.stop for where in tissue.afferents.values()),
        "drive": max(where.stop for where in tissue.drives.values()),
        "astrocyte": tissue.n_astrocytes,
    }
