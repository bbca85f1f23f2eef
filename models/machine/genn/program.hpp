// What a circuit in GeNN does beside GeNN's own code: hand over spikes and levels, step through
// time, write what is recorded while running. Between two steps nothing is moved to or from a GPU
// but what changes: levels at the slow clock's steps, spikes from GeNN's own buffers once a chunk.
#pragma once
#include <chrono>
#include <cmath>
#include <sys/resource.h>
#include "animals.hpp"

// Brian2's name of it in what it renders
static inline double _brian_pow(double base, double exponent) { return std::pow(base, exponent); }

namespace astrogram {

// ---- spikes from outside -----------------------------------------------------------------------

// The spikes of every cell of a source, one cell after the other, in the form of the model `Given`:
// the steps in one array, and where in it each cell begins and ends.
struct GivenSpikes
{
    std::vector<unsigned int> step;

    GivenSpikes(const std::string &name, size_t n, unsigned int *next, unsigned int *end)
    {
        for (size_t k = 0; k < animals().size(); k++) {
            const Animal &animal = animals()[k];
            const auto cell = table<int32_t>(animal.place, "spikes." + name + ".cell");
            const auto when = table<int32_t>(animal.place, "spikes." + name + ".step");
            if (cell.size() != when.size()) refuse("spikes." + name + ": unequal lengths");
            std::vector<std::vector<unsigned int>> of(n);
            for (size_t s = 0; s < cell.size(); s++) {
                if (cell[s] < 0 || size_t(cell[s]) >= n) refuse("spikes." + name + " lead astray");
                if (when[s] < animal.steps)
                    of[size_t(cell[s])].push_back(
                        (unsigned int)((when[s] + animal.shift) % animal.steps));
            }
            for (size_t i = 0; i < n; i++) {
                if (animal.shift) std::sort(of[i].begin(), of[i].end());
                next[k * n + i] = (unsigned int)step.size();
                step.insert(step.end(), of[i].begin(), of[i].end());
                end[k * n + i] = (unsigned int)step.size();
            }
        }
        if (step.empty()) step.push_back(0);  // GeNN allocates nothing of no size
    }
};

// ---- levels in time ----------------------------------------------------------------------------

struct Course
{
    double *to;
    size_t n;
    int64_t every;
    void (*push)();
    const double *gate;  // a count: even or odd, the first or second level of its row; none, a row has one
    Pull pull_gate;
    const double *scale;  // of the levels of the second table; none, there is one table
    Pull pull_scale;
    // of each animal; of a copy, its original's
    std::vector<Reader<double> *> values, more_values;
    std::vector<std::vector<int32_t>> row;  // the row of each cell; none, one level for all
    std::vector<std::vector<double>> level, more;
    std::vector<char> new_level;

    // Goes on to the next levels; a GPU hears of them only if one has changed.
    void advance(int64_t step)
    {
        bool changed = step == 0;
        for (size_t k = 0; k < animals().size(); k++) {
            const size_t mine = animals()[k].original;
            if (step >= animals()[k].steps) continue;
            if (mine == k) {
                new_level[k] = next(*values[k], level[k]) || step == 0;
                if (scale) new_level[k] |= next(*more_values[k], more[k]);
            }
        }
        if (gate && any(step, &Course::hangs_on_gate)) pull_gate();
        if (scale && any(step, &Course::hangs_on_scale)) pull_scale();
        for (size_t k = 0; k < animals().size(); k++) {
            const size_t mine = animals()[k].original;
            if (step >= animals()[k].steps) continue;
            if (!new_level[mine] && !hangs_on_gate(mine) && !hangs_on_scale(mine)) continue;
            for (size_t i = 0; i < n; i++) {
                const size_t place = row[mine].empty() ? 0 : size_t(row[mine][i]);
                const size_t column = gate ? 2 * place + (int64_t(gate[k * n + i]) & 1) : place;
                to[k * n + i] = level[mine][column];
                if (scale) to[k * n + i] += scale[k * n + i] * more[mine][column];
            }
            changed = true;
        }
        if (changed) push();
    }

    static bool next(Reader<double> &from, std::vector<double> &levels)
    {
        if (!from.more() && from.all == levels.size()) return false;  // a single row holds
        bool changed = false;
        for (double &old : levels) {
            const double now = from.next();
            changed |= std::memcmp(&now, &old, sizeof now) != 0;
            old = now;
        }
        return changed;
    }

    bool any(int64_t step, bool (Course::*hangs)(size_t) const) const
    {
        for (const Animal &animal : animals())
            if (step < animal.steps && (this->*hangs)(animal.original)) return true;
        return false;
    }

    // Whether it matters now which way the gates of an animal's cells stand
    bool hangs_on_gate(size_t animal) const
    {
        for (size_t c = 0; gate && c + 1 < level[animal].size(); c += 2)
            if (level[animal][c] != level[animal][c + 1]) return true;
        return gate && hangs_on_scale(animal);
    }

    bool hangs_on_scale(size_t animal) const
    {
        for (double each : more[animal])
            if (each != 0) return true;
        return false;
    }
};

// ---- records -----------------------------------------------------------------------------------

struct Trace
{
    std::string name;
    double (*value)(size_t place);  // a variable, or what follows from several
    Pull pull;
    std::vector<std::vector<size_t>> places;  // of each animal, in GeNN's arrays
    std::vector<std::FILE *> file;

    void record(int64_t step) const
    {
        pull();
        std::vector<double> values;
        for (size_t k = 0; k < places.size(); k++) {
            if (!file[k] || step >= animals()[k].steps) continue;
            values.clear();
            for (size_t place : places[k]) values.push_back(value(place));
            put(file[k], values.data(), sizeof(double), values.size());
        }
    }
};

struct Traces
{
    int64_t every;
    std::vector<std::FILE *> time;
    std::vector<Trace> variables;

    void record(int64_t step, double dt) const
    {
        const double t = double(step) * dt;
        for (const Trace &trace : variables) trace.record(step);
        for (size_t k = 0; k < time.size(); k++)
            if (time[k] && step < animals()[k].steps) put(time[k], &t, sizeof t, 1);
    }
};

// Spikes stand in GeNN's buffer as bits, a row of words for each step.
struct SpikeRecord
{
    uint32_t *const *bits;
    size_t n;
    std::vector<std::FILE *> cell, time;

    void flush(int64_t start, int64_t steps, double dt) const
    {
        const size_t words = (all(n) + 31) / 32;
        std::vector<std::vector<int32_t>> cells(animals().size());
        std::vector<std::vector<double>> times(animals().size());
        for (int64_t s = 0; s < steps; s++)
            for (size_t w = 0; w < words; w++)
                for (uint32_t left = (*bits)[size_t(s) * words + w]; left; left &= left - 1) {
                    const size_t i = w * 32 + size_t(__builtin_ctz(left));
                    if (start + s >= animals()[i / n].steps) continue;
                    cells[i / n].push_back(int32_t(i % n));
                    times[i / n].push_back(double(start + s) * dt);
                }
        for (size_t k = 0; k < cells.size(); k++) {
            if (!cell[k]) continue;
            put(cell[k], cells[k].data(), sizeof(int32_t), cells[k].size());
            put(time[k], times[k].data(), sizeof(double), times[k].size());
        }
    }
};

struct Guard
{
    std::string name;
    const double *values;
    size_t n;
    Pull pull;
    double lowest, highest;

    void look(int64_t step, double dt) const
    {
        pull();
        for (size_t i = 0; i < all(n); i++) {
            if (step > animals()[i / n].steps) continue;
            if (!finite(values[i]) || values[i] < lowest || values[i] > highest) {
                char text[200];
                std::snprintf(text, sizeof text, "left the regime: %s %zu %.9g %.9g", name.c_str(),
                              i % n, values[i], double(step) * dt);
                refuse(text);
            }
        }
    }
};

inline std::vector<std::FILE *> results(const std::string &name)
{
    std::vector<std::FILE *> files;
    for (const Animal &animal : animals())
        files.push_back(animal.recorded ? result(animal.place, name) : nullptr);
    return files;
}

// ---- the run -----------------------------------------------------------------------------------

// A processor says that its device has no free memory: it has no other than the machine's.
inline void check_room(size_t bytes, size_t free)
{
    if (free && bytes > free)
        refuse("the GPU has " + std::to_string(free >> 20) + " MiB free, and the network needs " +
               std::to_string((bytes >> 20) + 1) + "; take fewer animals or a larger GPU");
}

struct Run
{
    std::vector<Course> courses;
    std::vector<Traces> traces;
    std::vector<SpikeRecord> spikes;
    std::vector<Guard> guards;
    int64_t steps = 0, chunk = 0;

    Run()
    {
        for (const Animal &animal : animals()) {
            steps = std::max(steps, animal.steps);
            chunk = std::max(chunk, animal.chunk);
        }
        chunk = std::min(chunk, std::max<int64_t>(steps, 1));
    }

    void course(const std::string &cells, const std::string &variable, const std::string &row,
                double *to, size_t n, int64_t every, void (*push)(), const double *gate,
                Pull pull_gate, const double *scale, Pull pull_scale)
    {
        Course made{to, n, every, push, gate, pull_gate, scale, pull_scale, {}, {}, {}, {}, {},
                    std::vector<char>(animals().size())};
        for (const Animal &animal : animals()) {
            if (!animal.recorded) {  // thousands of copies would open too many files
                made.values.push_back(nullptr);
                made.more_values.push_back(nullptr);
                made.row.push_back({});
                made.level.push_back({});
                made.more.push_back({});
                continue;
            }
            std::vector<int32_t> rows;
            if (!row.empty()) rows = table<int32_t>(animal.place, "rows." + cells + "." + row);
            if (!rows.empty() && rows.size() != n) refuse("rows." + cells + "." + row + " is wrong");
            const int32_t last = rows.empty() ? 0 : *std::max_element(rows.begin(), rows.end());
            const std::string name = "." + cells + "." + variable;
            const size_t columns = (size_t(last) + 1) * (gate ? 2 : 1);
            made.values.push_back(new Reader<double>(animal.place, "course" + name));
            made.more_values.push_back(
                scale ? new Reader<double>(animal.place, "scaled" + name) : nullptr);
            made.row.push_back(rows);
            made.level.push_back(std::vector<double>(columns));
            made.more.push_back(std::vector<double>(scale ? columns : 0));
        }
        courses.push_back(made);
    }

    void record(const std::string &name, int64_t every)
    {
        traces.push_back({every, results(name + ".t"), {}});
        checks().push_back({nullptr, [=](std::vector<std::FILE *> &files) {
            for (size_t k = 0; k < files.size(); k++) {
                if (!files[k]) continue;
                const auto chosen = table<int32_t>(animals()[k].place, "indices." + name);
                read_back(files[k], "indices." + name, chosen.data(), chosen.size());
            }
        }});
    }

    // A variable of the traces that were begun last: of cells, or of links where those are given.
    void variable(const std::string &name, const std::string &of, double (*value)(size_t),
                  Pull pull, size_t n, const Links *links = nullptr)
    {
        Trace trace{name, value, pull, {}, results(name + "." + of)};
        for (size_t k = 0; k < animals().size(); k++) {
            const auto chosen = table<int32_t>(animals()[k].place, "indices." + name);
            const std::vector<size_t> places = links ? links->places(k) : std::vector<size_t>();
            std::vector<size_t> mine;
            for (int32_t index : chosen) {
                if (index < 0 || size_t(index) >= (links ? places.size() : n))
                    refuse("indices." + name + " lead astray");
                mine.push_back(links ? places[size_t(index)] : k * n + size_t(index));
            }
            trace.places.push_back(mine);
        }
        traces.back().variables.push_back(trace);
    }

    // Of the buffer of a group of `n` cells, which holds a chunk of at most 2^30 bits.
    size_t record_bytes(size_t n)
    {
        chunk = std::min(chunk, std::max<int64_t>(1, (int64_t(1) << 30) / int64_t(all(n))));
        return size_t(chunk) * ((all(n) + 31) / 32) * 4;
    }

    void spike_record(const std::string &name, uint32_t *const *bits, size_t n)
    {
        spikes.push_back({bits, n, results(name + ".i"), results(name + ".t")});
    }

    void guard(const std::string &name, const double *values, size_t n, Pull pull, double lowest,
               double highest)
    {
        guards.push_back({name, values, n, pull, lowest, highest});
    }

    void end_chunk(int64_t step, int64_t since, double dt, void (*pull_spikes)()) const
    {
        if (!spikes.empty()) pull_spikes();
        for (const SpikeRecord &item : spikes) item.flush(since, step - since, dt);
        for (const Guard &item : guards) item.look(step, dt);
        if (std::fflush(nullptr)) cannot_write();
        std::cout << "reached " << step << std::endl;
    }

    int carry_out(double dt, void (*step_time)(), void (*pull_spikes)())
    {
        using Clock = std::chrono::steady_clock;
        const auto began = Clock::now();
        int64_t since = 0;
        for (int64_t step = 0; step < steps; step++) {
            if (step - since == chunk) {
                end_chunk(step, since, dt, pull_spikes);
                since = step;
            }
            for (Course &item : courses)
                if (step % item.every == 0) item.advance(step);
            for (const Traces &item : traces)
                if (step % item.every == 0) item.record(step, dt);
            step_time();
        }
        end_chunk(steps, since, dt, pull_spikes);
        const double took = std::chrono::duration<double>(Clock::now() - began).count();
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        std::ofstream(folder() + "/took") << steps << " steps in " << took << " s with "
                                          << used.ru_maxrss / 1024 << " MiB\n";
        std::_Exit(0);
    }
};

}  // namespace astrogram
