// What a compiled circuit does beside Brian2's own code: read the tables of one run, step through
// time, write what is recorded while running. Tables and results are raw arrays in $ASTROGRAM_RUN.
#pragma once
#include <functional>
#include <type_traits>
#include <utility>
#include "tables.hpp"
#include "network.h"

namespace astrogram {

// ---- wiring: functions of the connect statements ---------------------------------------------

struct Wires
{
    std::vector<int32_t> start, target;
};

inline std::vector<std::string> &wired()
{
    static std::vector<std::string> names;
    return names;
}

// The edges of the links being made; one set at a time, as links are made one after the other.
inline const Wires &wires(int key)
{
    static int present = -1;
    static Wires held;
    if (key < 0) {  // all links are made: free the last ones
        held = Wires();
        present = -1;
    } else if (key != present) {
        const std::string name = "edges." + wired().at(size_t(key));
        const std::vector<int32_t> source = table<int32_t>(folder(), name + ".source");
        held.target = table<int32_t>(folder(), name + ".target");
        if (source.size() != held.target.size()) refuse(name + ": unequal ends");
        held.start.assign(1, 0);
        for (size_t edge = 0; edge < source.size(); edge++) {
            if (source[edge] < int32_t(held.start.size()) - 1) refuse(name + ": not sorted");
            while (int32_t(held.start.size()) - 1 < source[edge])
                held.start.push_back(int32_t(edge));
        }
        held.start.push_back(int32_t(source.size()));
        present = key;
    }
    return held;
}

inline int32_t wire_count(int key, int32_t i)
{
    const Wires &held = wires(key);
    return size_t(i) + 1 < held.start.size() ? held.start[i + 1] - held.start[i] : 0;
}

inline int32_t wire_target(int key, int32_t i, int32_t k)
{
    const Wires &held = wires(key);
    return held.target[size_t(held.start[i] + k)];
}

// ---- what one run holds ----------------------------------------------------------------------

struct Course
{
    double *to;
    size_t n;
    int64_t every;
    const int32_t *row;   // the row of each cell; none, one level for all
    const double *gate;   // a count: even or odd, the first or second level of its row; none, a row has one
    const double *scale;  // of the levels of the second table; none, there is one table
    Reader<double> *values, *more_values;
    std::vector<double> level, more;
    bool given;

    // Goes on to the next levels; cells hear of them if they may have changed.
    void advance()
    {
        bool changed = next(*values, level) || !given;
        if (scale) {
            changed |= next(*more_values, more);
            for (double each : more) changed |= each != 0;
        }
        for (size_t c = 0; gate && c + 1 < level.size(); c += 2) changed |= level[c] != level[c + 1];
        given = true;
        if (!changed) return;
        for (size_t i = 0; i < n; i++) {
            const size_t place = row ? size_t(row[i]) : 0;
            const size_t column = gate ? 2 * place + (int64_t(gate[i]) & 1) : place;
            to[i] = scale ? level[column] + scale[i] * more[column] : level[column];
        }
    }

    static bool next(Reader<double> &from, std::vector<double> &levels)
    {
        if (!from.more() && from.all == levels.size()) return false;  // a single row holds
        bool changed = false;
        for (double &old : levels) {
            const double now = from.next();
            changed |= now != old;
            old = now;
        }
        return changed;
    }
};

struct Spikes
{
    std::vector<int32_t> *timebins, *cells;
    int32_t *last;
    Reader<int32_t> *step, *cell;
    bool held;
    int32_t next_step;
};

struct Guard
{
    std::string name;
    const double *values;
    size_t n;
    double lowest, highest;
};

struct Run
{
    std::vector<std::function<void()>> check, flush;
    std::vector<Course> courses;
    std::vector<Spikes> spikes;
    std::vector<Guard> guards;
    std::vector<std::pair<codeobj_func, const int32_t *>> waiting;
    std::FILE *readback = nullptr;
};

inline Run &run()
{
    static Run one;
    return one;
}

template <class T> void read_back(const std::string &name, const T *values, size_t n)
{
    std::fprintf(run().readback, "%s %zu %u\n", name.c_str(), n, checksum(values, n * sizeof(T)));
}

// ---- filling arrays --------------------------------------------------------------------------

template <class T> void fill(const std::string &name, T *to, size_t n)
{
    Reader<T> reader(folder(), name);
    if (reader.left == 1 && n != 1) {
        T value;
        reader.read(&value, 1);
        for (size_t i = 0; i < n; i++) to[i] = value;
    } else if (reader.left == n) {
        reader.read(to, n);
    } else {
        refuse("table '" + name + "' has " + std::to_string(reader.left) + " values, not " +
               std::to_string(n));
    }
    run().check.push_back([=]() { read_back(name, to, n); });
}

template <class T> void fill(const std::string &name, std::vector<T> &to)
{
    fill(name, to.data(), to.size());
}

inline void check_edges(const std::string &name, std::vector<int32_t> &source,
                        std::vector<int32_t> &target)
{
    std::vector<int32_t> *one = &source, *other = &target;
    run().check.push_back([=]() {
        read_back(name + ".source", one->data(), one->size());
        read_back(name + ".target", other->data(), other->size());
    });
}

// ---- inputs in time --------------------------------------------------------------------------

inline void course(const std::string &name, double *to, size_t n, int64_t every,
                   const int32_t *row, const double *gate, const double *scale)
{
    size_t rows = 1;
    for (size_t i = 0; row && i < n; i++)
        if (size_t(row[i]) >= rows) rows = size_t(row[i]) + 1;
    const size_t columns = gate ? 2 * rows : rows;
    run().courses.push_back(
        {to, n, every, row, gate, scale, new Reader<double>(folder(), "course." + name),
         scale ? new Reader<double>(folder(), "scaled." + name) : nullptr,
         std::vector<double>(columns), std::vector<double>(scale ? columns : 0), false});
}

inline void spikes(const std::string &name, std::vector<int32_t> &timebins,
                   std::vector<int32_t> &cells, int32_t *last)
{
    run().spikes.push_back({&timebins, &cells, last, new Reader<int32_t>(folder(), name + ".step"),
                            new Reader<int32_t>(folder(), name + ".cell"), false, 0});
}

// Hands Brian2's spike generator the spikes before step `stop`.
inline void refill(Spikes &source, int64_t stop)
{
    source.timebins->clear();
    source.cells->clear();
    *source.last = 0;
    while (true) {
        if (!source.held) {
            if (!source.step->more()) return;
            source.next_step = source.step->next();
            source.held = true;
        }
        if (source.next_step >= stop) return;
        source.timebins->push_back(source.next_step);
        source.cells->push_back(source.cell->next());
        source.held = false;
    }
}

// ---- records ---------------------------------------------------------------------------------

template <class T> void record(const std::string &name, std::vector<T> &values)
{
    std::FILE *file = result(folder(), name);
    std::vector<T> *from = &values;
    run().flush.push_back([=]() {
        put(file, from->data(), sizeof(T), from->size());
        from->clear();
        if (std::fflush(file)) cannot_write();
    });
}

// `Array` is Brian2's DynamicArray2D, one row for each time; its time stamps are kept apart and
// must be flushed after it.
template <class Array> void record_rows(const std::string &name, Array &values)
{
    std::FILE *file = result(folder(), name);
    Array *from = &values;
    run().flush.push_back([=]() {
        using Count = typename std::decay<decltype(from->n)>::type;  // int, or size_t in brian2 2.11
        for (Count row = 0; row < from->n; row++) {
            const auto &values = (*from)(row);
            put(file, values.data(), sizeof(values[0]), values.size());
        }
        from->resize(Count(0), Count(from->m));
        if (std::fflush(file)) cannot_write();
    });
}

inline void guard(const std::string &name, const double *values, size_t n, double lowest,
                  double highest)
{
    run().guards.push_back({name, values, n, lowest, highest});
}

// What only hands on spikes has nothing to do in a step without any, which is most of them: links
// act at once, so that nothing is under way between two spikes. Of `n` cells, whose count of spikes
// Brian2 keeps behind their indices.
inline void waits_for(const int32_t *spikes, size_t n, std::initializer_list<codeobj_func> all)
{
    for (codeobj_func what : all) run().waiting.push_back(std::make_pair(what, spikes + n));
}

inline void watch(double t)
{
    for (const Guard &item : run().guards)
        for (size_t i = 0; i < item.n; i++)
            if (!finite(item.values[i]) || item.values[i] < item.lowest ||
                item.values[i] > item.highest) {
                char text[200];
                std::snprintf(text, sizeof text, "left the regime: %s %zu %.9g %.9g",
                              item.name.c_str(), i, item.values[i], t);
                refuse(text);
            }
}

// ---- the run ---------------------------------------------------------------------------------

// Brian2's network holds pairs of a clock and what to do when it ticks.
using Entry = decltype(Network::objects)::value_type;
static_assert(std::is_pointer<Entry::first_type>::value &&
                  std::is_same<Entry::second_type, codeobj_func>::value,
              "error: the list of objects of this brian2 is another one");

// The type by which Brian2's network holds a clock: `Clock` up to 2.9, from 2.10 its base, which
// need not have regular steps.
using AnyClock = std::remove_pointer<Entry::first_type>::type;

inline double step_of(Clock *clock) { return clock->dt[0]; }

template <class Base> double step_of(Base *clock)
{
    Clock *regular = dynamic_cast<Clock *>(clock);
    if (!regular) refuse("a clock has no regular steps");
    return regular->dt[0];
}

// Steps through time as Brian2's Network::run does, in whole steps of the shortest clock: without
// its search for the next clock and its look at the processor clock in every step.
inline int carry_out(Network &network)
{
    const std::vector<int64_t> plan = table<int64_t>(folder(), "plan");  // steps, steps of one chunk
    if (plan.size() != 2 || plan[1] < 1) refuse("table 'plan' is wrong");
    wires(-1);
    Run &one = run();
    one.readback = result(folder(), "readback");
    for (auto &check : one.check) check();
    if (std::fclose(one.readback)) cannot_write();

    std::vector<AnyClock *> clocks;
    struct Object
    {
        size_t clock;
        codeobj_func act;
        const int32_t *spikes;  // without any, it need not; none, it always acts
    };
    std::vector<Object> objects;
    for (auto &object : network.objects) {
        size_t c = 0;
        while (c < clocks.size() && clocks[c] != object.first) c++;
        if (c == clocks.size()) clocks.push_back(object.first);
        if (!object.second) continue;
        objects.push_back({c, object.second, nullptr});
        for (const auto &waiting : one.waiting)
            if (waiting.first == object.second) objects.back().spikes = waiting.second;
    }
    double base = step_of(clocks.at(0));
    for (AnyClock *clock : clocks) base = step_of(clock) < base ? step_of(clock) : base;
    std::vector<int64_t> every, wait(clocks.size(), 0);
    for (AnyClock *clock : clocks) every.push_back(int64_t(step_of(clock) / base + 0.5));
    std::vector<int64_t> course_wait(one.courses.size(), 0);
    std::vector<char> due(clocks.size());

    for (int64_t step = 0; step < plan[0]; step++) {
        if (step % plan[1] == 0) {
            if (step) {
                for (auto &flush : one.flush) flush();
                watch(double(step) * base);
            }
            for (Spikes &source : one.spikes) refill(source, step + plan[1]);
            std::cout << "reached " << step << std::endl;
        }
        for (size_t k = 0; k < one.courses.size(); k++)
            if (course_wait[k]-- == 0) {
                one.courses[k].advance();
                course_wait[k] = one.courses[k].every - 1;
            }
        for (size_t c = 0; c < clocks.size(); c++) {
            due[c] = wait[c] == 0;
            wait[c] = due[c] ? every[c] - 1 : wait[c] - 1;
        }
        for (const auto &object : objects)
            if (due[object.clock] && (!object.spikes || *object.spikes)) object.act();
        for (size_t c = 0; c < clocks.size(); c++)
            if (due[c]) clocks[c]->tick();
    }
    for (auto &flush : one.flush) flush();
    watch(double(plan[0]) * base);
    std::cout << "reached " << plan[0] << std::endl;
    std::_Exit(0);
}

}  // namespace astrogram
