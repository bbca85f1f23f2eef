/* The network of one animal, by hand: what a C programmer would write for the same work.

   Not generated and not general: one fixed model, no recording but spikes. The yardstick for the
   C++ program that Brian2 writes for `amygdala_prefrontal`. It takes the same tissue and the same
   afferent spikes as arrays (benchmarks/kernel.py writes them), advances the same equations with
   the same steps in the same order, and says how much work it did.

   usage: kernel NETWORK [SPIKES]

   constants.h holds the constants of the equation strings under their own names, in SI units, and
   the numbers of cells, which the generated program knows at compile time too. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constants.h"

enum { NP = N_PRINCIPAL, N = N_PRINCIPAL + N_OTHER, NA = N_ASTROCYTE };
enum { BLOCK = 64, SOURCES = N_AFFERENT + N_DRIVE + N };
enum { FIRST_DRIVE = N_AFFERENT, FIRST_CELL = N_AFFERENT + N_DRIVE };

/* Rows of edges: those of source s are start[s] .. start[s + 1] - 1. */
typedef struct {
    int64_t *start;
    int32_t *target;
    double *weight;
} Rows;

typedef struct {
    int64_t count;
    int32_t *source;
    int64_t *step;
} Spikes;

static void *take(FILE *file, int64_t *bytes) {
    int64_t size;
    if (fread(&size, sizeof size, 1, file) != 1) goto bad;
    void *data = malloc(size + 64);
    if (data == NULL || fread(data, 1, size, file) != (size_t)size) goto bad;
    if (bytes != NULL) *bytes = size;
    return data;
bad:
    fprintf(stderr, "kernel: the network file ends early or does not fit into memory\n");
    exit(1);
}

static Rows take_rows(FILE *file) {
    Rows rows;
    rows.start = take(file, NULL);
    rows.target = take(file, NULL);
    rows.weight = take(file, NULL);
    return rows;
}

/* Cells. */
static double v[N], g_ampa[N], g_gaba[N], g_ahp[N], y[NP], theta[NP], dopamine_at[NP];
static int32_t free_at[N]; /* step at which the refractory period is over */
static double *E_L, *b_ahp;

/* Astrocytes: the differential variables in one array, so that Runge-Kutta steps are loops. */
enum {
    Y_S, GAMMA_A, N_A, I_P, C_A, H, A_D, GAMMA_S, X_A, SER, GATE, COAGONIST, R_P, CAMP, MADE,
    DENSITY, FOS, FACTOR, D_A, UNSTABLE, SUSCEPTIBLE, WINDOW, RESTORED, VARIABLES
};
static double state[VARIABLES][NA], middle[VARIABLES][NA], slope[4][VARIABLES][NA];
static double J_gap[NA], gain[NA];
static int32_t next_event[NA]; /* step of the astrocytes from which a cell may release again */
static double drug_Gq, drug_Gi, drug_gap, drug_release;

/* What cells see of their astrocyte: as it was before its last step. */
enum { GAMMA_HELD, GATE_HELD, COAGONIST_HELD, UNSTABLE_HELD, RESTORED_HELD, HELD };
static const int HANDED[HELD] = {GAMMA_S, GATE, COAGONIST, UNSTABLE, RESTORED};
static double held[HELD][NA];

/* Seconds of the animal's life in a simulated one, for each mechanism. */
enum {
    OF_CALCIUM, OF_IP3, OF_GLUTAMATE, OF_NORADRENALINE, OF_CAMP, OF_STORE, OF_ADENOSINE,
    OF_D_SERINE, OF_INSTABILITY, OF_SLOW, OF_LEARNING, OF_DOPAMINE, PACES
};
static double paced[PACES];

/* Synapses. */
static double *u_S, *x_S, *h_S, *c_S, *z_S, *l_S, *gate_S, *R_S, *u_T, *x_T;

static void step_cells(int32_t now) {
    const double keep_ampa = 1 - DT / tau_ampa, keep_gaba = 1 - DT / tau_gaba;
    const double keep_ahp = 1 - DT / tau_ahp;
    for (int i = 0; i < N; i++) {
        const double slope_v = g_L * (E_L[i] - v[i]) + g_ampa[i] * (E_ampa - v[i]) +
                               g_gaba[i] * (E_gaba - v[i]) + g_ahp[i] * (E_ahp - v[i]);
        v[i] += now >= free_at[i] ? DT / C_m * slope_v : 0;
        g_ampa[i] *= keep_ampa;
        g_gaba[i] *= keep_gaba;
        g_ahp[i] *= keep_ahp;
    }
    for (int i = 0; i < NP; i++) {
        theta[i] +=
            DT * paced[OF_LEARNING] / tau_theta * (theta_0 + y[i] * y[i] / y_0 - theta[i]);
        y[i] *= 1 - DT / tau_y;
        dopamine_at[i] *= 1 - DT * paced[OF_DOPAMINE] * Omega_DA;
    }
}

static int find_spikes(int32_t now, int32_t *found) {
    int count = 0;
    for (int first = 0; first < N; first += BLOCK) { /* most blocks hold none: a quick look */
        const int end = first + BLOCK < N ? first + BLOCK : N;
        int any = 0;
        for (int i = first; i < end; i++) any |= v[i] > V_th;
        if (!any) continue;
        for (int i = first; i < end; i++)
            if (v[i] > V_th && now >= free_at[i]) found[count++] = i;
    }
    return count;
}

static void slopes(double s[restrict VARIABLES][NA], double k[restrict VARIABLES][NA]) {
    for (int i = 0; i < NA; i++) {
        const double c = s[C_A][i], ip3 = s[I_P][i], h = s[H][i], na = s[N_A][i], ser = s[SER][i];
        const double c2 = c * c, c4 = c2 * c2, na2 = na * na, ser2 = ser * ser;
        const double density = s[DENSITY][i], rate = s[R_P][i], factor = s[FACTOR][i];
        const double Gamma_N = na2 / (na2 + K_NA * K_NA) * (1 + more_alpha1 * density);
        const double Gamma_B = na / (na + K_NB), beta1 = 1 + more_beta1 * density;
        const double camp4 = pow(s[CAMP][i], 4), dopamine2 = s[D_A][i] * s[D_A][i];
        const double messenger = camp4 / (camp4 + pow(K_cAMP, 4));
        const double erred = dopamine2 / (dopamine2 + K_unstable * K_unstable);
        const double at_work = speed * rate * rate / (rate * rate + r_half * r_half);
        const double struck = speed * rate * rate / (rate * rate + r_made * r_made);
        /* seconds of life go with the pace of what opens, not of what hears of it */
        const double gate = ser2 / (ser2 + K_ser * K_ser), opened = paced[OF_D_SERINE] * gate;
        const double susceptible = s[SUSCEPTIBLE][i], unstable = s[UNSTABLE][i];
        const double opening = paced[OF_INSTABILITY] * unstable / tau_open;
        const double J_beta =
            (gain[i] * O_beta * s[GAMMA_A][i] * Gamma_N + O_alpha * Gamma_N + O_basal) *
                (1 - drug_Gi) +
            drug_Gq * O_Gq;
        const double J_delta = O_delta / (1 + ip3 / kappa_delta) * c2 / (c2 + K_delta * K_delta);
        const double J_3K = O_3K * c4 / (c4 + K_D * K_D * K_D * K_D) * ip3 / (ip3 + K_3K);
        const double Q_2 = d_2 * (ip3 + d_1) / (ip3 + d_3);
        const double m = ip3 / (ip3 + d_1) * c / (c + d_5) * h;
        const double stored = C_T - (1 + rho_A) * c;
        k[Y_S][i] = -Omega_c * s[Y_S][i];
        k[GAMMA_A][i] =
            paced[OF_GLUTAMATE] * (O_N * s[Y_S][i] * (1 - s[GAMMA_A][i]) -
                                  Omega_N * (1 + zeta * c / (c + K_KC)) * s[GAMMA_A][i]);
        k[N_A][i] = -paced[OF_NORADRENALINE] * Omega_NA * na;
        k[I_P][i] = paced[OF_IP3] *
                    (J_beta + J_delta + J_gap[i] * (1 - drug_gap) - J_3K - Omega_5P * ip3);
        k[C_A][i] = paced[OF_CALCIUM] * (Omega_C * m * m * m * stored + Omega_L * stored -
                                        O_P * c2 / (c2 + K_P * K_P));
        k[H][i] = paced[OF_CALCIUM] * O_2 * (Q_2 - (Q_2 + c) * h);
        k[A_D][i] = paced[OF_ADENOSINE] * (O_ATP * c2 / (c2 + K_ATP * K_ATP) * (1 - drug_release) -
                                          Omega_ado * s[A_D][i]);
        k[GAMMA_S][i] = paced[OF_ADENOSINE] *
                        (O_G * s[A_D][i] * (1 - s[GAMMA_S][i]) - Omega_G * s[GAMMA_S][i]);
        k[X_A][i] = paced[OF_STORE] * Omega_A * (1 - s[X_A][i]);
        k[SER][i] = -paced[OF_D_SERINE] * Omega_ser * ser;
        k[GATE][i] = opened;
        k[COAGONIST][i] = paced[OF_D_SERINE] * (gate - s[COAGONIST][i]) / tau_site;
        k[R_P][i] = -rate / tau_y;
        k[CAMP][i] = paced[OF_CAMP] *
                     (O_cAMP * Gamma_B * beta1 * (1 - drug_Gi) - Omega_cAMP * s[CAMP][i]);
        k[MADE][i] = O_made * Gamma_B * struck * (1 - s[MADE][i]) -
                     paced[OF_SLOW] * s[MADE][i] / tau_made;
        k[DENSITY][i] = paced[OF_SLOW] * (s[MADE][i] - density) / tau_density;
        k[FOS][i] = O_Fos * messenger * at_work * (1 - s[FOS][i]) -
                    paced[OF_SLOW] * s[FOS][i] / tau_Fos;
        k[FACTOR][i] = paced[OF_SLOW] * (s[FOS][i] - factor) / tau_factor;
        k[D_A][i] = -paced[OF_INSTABILITY] * Omega_DA * s[D_A][i];
        k[UNSTABLE][i] =
            paced[OF_INSTABILITY] * (gate * susceptible * erred - unstable) / tau_unstable;
        k[SUSCEPTIBLE][i] = paced[OF_SLOW] * (1 - susceptible) / tau_spared -
                            opened * susceptible / tau_spent;
        k[WINDOW][i] = opening * (1 - s[WINDOW][i]) - paced[OF_SLOW] * s[WINDOW][i] / tau_l;
        k[RESTORED][i] = paced[OF_SLOW] * factor * s[WINDOW][i];
    }
}

static void between(double k[VARIABLES][NA], double share) {
    for (int j = 0; j < VARIABLES; j++)
        for (int i = 0; i < NA; i++) middle[j][i] = state[j][i] + share * DT_A * k[j][i];
}

static int64_t step_astrocytes(int32_t now, int64_t n_gap, const int32_t *one,
                               const int32_t *other) {
    memset(J_gap, 0, sizeof J_gap);
    for (int64_t e = 0; e < n_gap; e++) {
        if (one[e] > other[e]) continue; /* each pair stands there in both directions */
        const double difference = state[I_P][other[e]] - state[I_P][one[e]];
        const double size = F / 2 * (1 + tanh((fabs(difference) - I_theta) / omega_I));
        const double flux = difference > 0 ? size : difference < 0 ? -size : 0;
        J_gap[other[e]] -= flux;
        J_gap[one[e]] += flux;
    }
    slopes(state, slope[0]);
    between(slope[0], 0.5);
    slopes(middle, slope[1]);
    between(slope[1], 0.5);
    slopes(middle, slope[2]);
    between(slope[2], 1);
    slopes(middle, slope[3]);
    for (int j = 0; j < VARIABLES; j++)
        for (int i = 0; i < NA; i++)
            state[j][i] += DT_A / 6 * (slope[0][j][i] + 2 * slope[1][j][i] +
                                       2 * slope[2][j][i] + slope[3][j][i]);
    int64_t events = 0;
    for (int i = 0; i < NA; i++)
        if (state[C_A][i] > C_theta && now >= next_event[i]) {
            next_event[i] = now + EVENT_EVERY;
            state[SER][i] += rho_e * G_T * U_A * state[X_A][i] * (1 - drug_release);
            state[X_A][i] -= U_A * state[X_A][i];
            events++;
        }
    return events;
}

/* Decay since the last spike of a source, which depends on nothing else: facilitation, depression,
   early phase, what of the late phase is not yet set, set or labile. */
typedef struct {
    double u, x, h, c, z, l;
} Keep;

/* One presynaptic spike at all plastic synapses of a source. */
static void release(Rows rows, int source, const double *g_max, const int32_t *domain, Keep keep) {
    for (int64_t s = rows.start[source]; s < rows.start[source + 1]; s++) {
        const int j = rows.target[s], a = domain[j];
        const double kept = exp(-kappa * (held[GATE_HELD][a] - gate_S[s]));
        const double factor = held[RESTORED_HELD][a] - R_S[s];
        const double back = l_S[s] * (1 - exp(-k_r * factor));
        const double naive = rows.weight[s], before = naive + h_S[s] + c_S[s] + z_S[s] + l_S[s];
        z_S[s] = z_S[s] * keep.z + c_S[s] * (1 - keep.c) + back;
        if (back > 0) { /* much factor strengthens what it saves, less so near the bound */
            const double gained = more * back * (1 - exp(-k_more * factor));
            z_S[s] += (w_max - before) * (1 - exp(-gained / (w_max - w_min)));
        }
        c_S[s] = c_S[s] * keep.c + h_S[s] * (1 - kept);
        l_S[s] = (l_S[s] - back) * keep.l;
        h_S[s] *= kept * keep.h;
        const double faded = naive + h_S[s] + c_S[s] + z_S[s] + l_S[s];
        h_S[s] += fmin(fmax(faded, w_min), w_max) - faded; /* parts of both signs may fade beyond */
        gate_S[s] = held[GATE_HELD][a], R_S[s] = held[RESTORED_HELD][a];
        const double Gamma = held[GAMMA_HELD][a];
        const double at_work = speed * (1 - Gamma) * y[j] / (y[j] + theta_0);
        const double lasting = z_S[s] + l_S[s], room = labile_share * lasting - l_S[s];
        const double torn = room * lasting > 0
            ? room * (1 - exp(-k_l * held[UNSTABLE_HELD][a] * at_work)) : 0;
        z_S[s] -= torn, l_S[s] += torn;
        const double late = c_S[s] + z_S[s] + l_S[s], w = naive + h_S[s] + late;
        const double theta_S = theta[j] * K_DA / (K_DA + dopamine_at[j]);
        const double phi = y[j] * (y[j] - theta_S) / (y[j] * y[j] + theta_0 * theta_0) * eta *
                           speed * (nmda_0 + (1 - nmda_0) * held[COAGONIST_HELD][a]);
        if (phi > 0)
            h_S[s] += (1 - exp(-phi * (w_max - w) / (w_max - w_min))) * (w_max - w);
        else
            h_S[s] -= (1 - exp(phi * ltd)) * (w - w_min);
        const double U_0 = (1 - Gamma) * U_0_star + alpha * Gamma;
        u_S[s] = keep.u * u_S[s];
        u_S[s] += U_0 * (1 - u_S[s]);
        const double ready = 1 - (1 - x_S[s]) * keep.x, released = u_S[s] * ready;
        x_S[s] = ready - released;
        g_ampa[j] += g_max[s] * (naive + h_S[s] + late) * released;
    }
}

/* The same spike as the astrocytes see it. */
static void reach_astrocytes(Rows rows, int source, Keep keep) {
    for (int64_t s = rows.start[source]; s < rows.start[source + 1]; s++) {
        const int a = rows.target[s];
        const double Gamma = state[GAMMA_S][a];
        const double U_0 = (1 - Gamma) * U_0_star + alpha * Gamma;
        u_T[s] = keep.u * u_T[s];
        u_T[s] += U_0 * (1 - u_T[s]);
        const double ready = 1 - (1 - x_T[s]) * keep.x, released = u_T[s] * ready;
        x_T[s] = ready - released;
        state[Y_S][a] += rows.weight[s] * rho_c * Y_T * released;
    }
}

static int64_t add(Rows rows, int source, double *to, double factor) {
    for (int64_t s = rows.start[source]; s < rows.start[source + 1]; s++)
        to[rows.target[s]] += factor * rows.weight[s];
    return rows.start[source + 1] - rows.start[source];
}

static double *filled(int64_t count, double value) {
    double *result = malloc((count + 1) * sizeof *result);
    for (int64_t i = 0; i < count; i++) result[i] = value;
    return result;
}

int main(int argc, char **argv) {
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "kernel: no network file; usage: kernel NETWORK [SPIKES]\n");
        return 1;
    }
    int64_t bytes, n_plastic, n_terminals, n_gap;
    E_L = take(file, NULL);
    b_ahp = take(file, NULL);
    memcpy(gain, take(file, NULL), sizeof gain);
    const int32_t *domain = take(file, NULL);
    Spikes given[2];
    for (int k = 0; k < 2; k++) {
        given[k].source = take(file, &bytes);
        given[k].count = bytes / sizeof(int32_t);
        given[k].step = take(file, NULL);
    }
    const double *slow_time = take(file, NULL);
    const double *drugs[4], *paces[PACES];
    for (int k = 0; k < 4; k++) drugs[k] = take(file, NULL);
    for (int k = 0; k < PACES; k++) paces[k] = take(file, NULL);
    memcpy(state, take(file, NULL), sizeof state);
    const Rows ampa = take_rows(file), gaba = take_rows(file), plastic = take_rows(file);
    const double *g_max = take(file, NULL);
    const Rows terminals = take_rows(file);
    const Rows noradrenaline = take_rows(file), dopamine = take_rows(file);
    const Rows dopamine_astrocyte = take_rows(file), overheard = take_rows(file);
    const int32_t *gap_one = take(file, &bytes), *gap_other = take(file, NULL);
    n_gap = bytes / sizeof(int32_t);
    fclose(file);

    n_plastic = plastic.start[SOURCES];
    n_terminals = terminals.start[SOURCES];
    u_S = filled(n_plastic, 0), x_S = filled(n_plastic, 1), h_S = filled(n_plastic, 0);
    c_S = filled(n_plastic, 0), z_S = filled(n_plastic, 0), l_S = filled(n_plastic, 0);
    gate_S = filled(n_plastic, 0), R_S = filled(n_plastic, 0);
    u_T = filled(n_terminals, 0), x_T = filled(n_terminals, 1);
    static double last_time[SOURCES], last_slow[SOURCES];
    memcpy(v, E_L, sizeof v);
    for (int i = 0; i < NP; i++) theta[i] = theta_0;

    int64_t spikes = 0, events = 0, static_events = 0, plastic_events = 0, terminal_events = 0;
    int64_t volume_events = 0, overheard_events = 0, astrocyte_steps = 0, room = 1 << 16;
    int32_t *spike_cell = malloc(room * sizeof *spike_cell);
    int32_t *spike_step = malloc(room * sizeof *spike_step);
    int64_t next[2] = {0, 0};
    static int32_t found[N], sources[SOURCES];
    double T_slow = 0;

    for (int32_t now = 0; now < STEPS; now++) {
        const double t = now * DT;
        if (now % SLOW_EVERY == 0) {
            const int32_t k = now / SLOW_EVERY;
            T_slow = slow_time[k];
            drug_Gq = drugs[0][k], drug_Gi = drugs[1][k];
            drug_gap = drugs[2][k], drug_release = drugs[3][k];
            for (int j = 0; j < PACES; j++) paced[j] = paces[j][k];
        }
        if (now % ASTROCYTE_EVERY == 0) {
            /* Cells see what their astrocyte held before its step of this moment. */
            for (int k = 0; k < HELD; k++) memcpy(held[k], state[HANDED[k]], sizeof held[k]);
            events += step_astrocytes(now / ASTROCYTE_EVERY, n_gap, gap_one, gap_other);
            astrocyte_steps += NA;
        }
        step_cells(now);
        const int count = find_spikes(now, found);

        int n_sources = 0;
        for (int k = 0; k < 2; k++)
            while (next[k] < given[k].count && given[k].step[next[k]] == now)
                sources[n_sources++] = (k ? FIRST_DRIVE : 0) + given[k].source[next[k]++];
        for (int i = 0; i < count; i++) sources[n_sources++] = FIRST_CELL + found[i];
        for (int i = 0; i < n_sources; i++) {
            const int s = sources[i];
            static_events += add(ampa, s, g_ampa, 1) + add(gaba, s, g_gaba, 1);
            const int64_t mine = plastic.start[s + 1] - plastic.start[s];
            if (mine == 0) continue;
            const double passed = T_slow - last_slow[s];
            const Keep keep = {
                exp(-Omega_f * (t - last_time[s])), exp(-Omega_d * (t - last_time[s])),
                exp(-passed / tau_h), exp(-passed / tau_set), exp(-passed / tau_z),
                exp(-passed / tau_l),
            };
            last_time[s] = t, last_slow[s] = T_slow;
            release(plastic, s, g_max, domain, keep);
            reach_astrocytes(terminals, s, keep);
            plastic_events += mine;
            terminal_events += terminals.start[s + 1] - terminals.start[s];
        }
        for (int i = 0; i < count; i++) {
            const int cell = found[i], s = FIRST_CELL + cell;
            volume_events += add(noradrenaline, s, state[N_A], speed * rho_NA);
            volume_events += add(dopamine, s, dopamine_at, speed * rho_DA);
            volume_events += add(dopamine_astrocyte, s, state[D_A], speed * rho_DA);
            overheard_events += add(overheard, s, state[R_P], 1 / tau_y);
            v[cell] = V_reset;
            g_ahp[cell] += b_ahp[cell];
            if (cell < NP) y[cell] += 1 / tau_y;
            free_at[cell] = now + REFRACTORY;
            if (spikes == room) {
                room *= 2;
                spike_cell = realloc(spike_cell, room * sizeof *spike_cell);
                spike_step = realloc(spike_step, room * sizeof *spike_step);
            }
            spike_cell[spikes] = cell, spike_step[spikes++] = now;
        }
    }

    printf("{\"neurons\": %d, \"astrocytes\": %d, \"plastic_synapses\": %lld, \"steps\": %d, "
           "\"spikes\": %lld, \"astrocyte_events\": %lld, \"static_events\": %lld, "
           "\"plastic_events\": %lld, \"terminal_events\": %lld, \"volume_events\": %lld, "
           "\"overheard_events\": %lld, \"astrocyte_steps\": %lld}\n",
           N, NA, (long long)n_plastic, STEPS, (long long)spikes, (long long)events,
           (long long)static_events, (long long)plastic_events, (long long)terminal_events,
           (long long)volume_events, (long long)overheard_events, (long long)astrocyte_steps);
    if (argc > 2) {
        FILE *out = fopen(argv[2], "wb");
        if (out == NULL) return 1;
        fwrite(spike_cell, sizeof *spike_cell, spikes, out);
        fwrite(spike_step, sizeof *spike_step, spikes, out);
        fclose(out);
    }
    return 0;
}
