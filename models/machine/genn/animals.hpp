// Several animals of one circuit side by side in one network of GeNN: block after block, none wired
// to another. Animal `k` of a group of `n` cells has cells k*n to k*n + n - 1. Here stands how the
// tables of each come into GeNN's arrays, and how they are read back from there.
#pragma once
#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include "tables.hpp"

namespace astrogram {

// The folder of an animal's tables and its steps: after them it idles until the last has ended. The
// same folder again is a copy of the `original`, for measuring: simulated, its spikes from outside
// later by `shift` steps, and not recorded.
struct Animal
{
    std::string place;
    int64_t steps, chunk, shift;
    size_t original;
    bool recorded;
};

inline const std::vector<Animal> &animals()
{
    static std::vector<Animal> found;
    if (found.empty()) {
        std::ifstream list(folder() + "/animals");
        std::map<std::string, std::pair<size_t, int>> seen;
        for (std::string name; std::getline(list, name);) {
            auto &known = seen.insert({name, {found.size(), 0}}).first->second;
            const std::string place = folder() + "/" + name;
            const std::vector<int64_t> plan = table<int64_t>(place, "plan");
            if (plan.size() != 2 || plan[1] < 1) refuse("table 'plan' is wrong");
            const int copy = known.second++;
            found.push_back({place, plan[0], plan[1], 997 * copy, known.first, copy == 0});
        }
        if (found.empty()) refuse("the list of animals is missing or empty");
    }
    return found;
}

inline unsigned int all(size_t n) { return (unsigned int)(n * animals().size()); }

// ---- for the generator: how long rows are ------------------------------------------------------

// The most links of one cell, over all animals, at least 1: GeNN's matrices have rows of one length.
inline unsigned int longest(const std::string &table_name, size_t n)
{
    static std::map<std::string, unsigned int> known;  // copies are read once
    unsigned int most = 1;
    for (const Animal &animal : animals()) {
        unsigned int &here = known[animal.place + " " + table_name];
        if (!here) {
            std::vector<unsigned int> count(n);
            for (int32_t end : table<int32_t>(animal.place, table_name)) {
                if (end < 0 || size_t(end) >= n) refuse(table_name + " leads astray");
                count[size_t(end)]++;
            }
            here = std::max(1u, n ? *std::max_element(count.begin(), count.end()) : 1u);
        }
        most = std::max(most, here);
    }
    return most;
}

// ---- arrays, filled and read back --------------------------------------------------------------

using Pull = void (*)();

struct Check
{
    Pull pull;
    std::function<void(std::vector<std::FILE *> &)> write;
};

inline std::vector<Check> &checks()
{
    static std::vector<Check> all_checks;
    return all_checks;
}

template <class T>
void read_back(std::FILE *file, const std::string &name, const T *values, size_t n)
{
    std::fprintf(file, "%s %zu %u\n", name.c_str(), n, checksum(values, n * sizeof(T)));
}

// What every device has arrived at, as checksums, in the file `readback` of each animal.
inline void check_all()
{
    std::vector<std::FILE *> files;
    for (const Animal &animal : animals())
        files.push_back(animal.recorded ? result(animal.place, "readback") : nullptr);
    for (Check &check : checks()) {
        if (check.pull) check.pull();
        check.write(files);
    }
    for (std::FILE *file : files)
        if (file && std::fclose(file)) cannot_write();
    checks().clear();
}

// One value for all of `n`, or one for each.
template <class T> void read_values(const Animal &animal, const std::string &name, T *to, size_t n)
{
    Reader<T> reader(animal.place, name);
    if (reader.left == 1 && n != 1) {
        T value;
        reader.read(&value, 1);
        std::fill_n(to, n, value);
    } else if (reader.left == n) {
        reader.read(to, n);
    } else {
        refuse("table '" + name + "' has " + std::to_string(reader.left) + " values, not " +
               std::to_string(n));
    }
}

// A variable of `n` cells of each animal, from its table.
template <class T> void cells(const std::string &name, T *to, size_t n, Pull pull)
{
    for (size_t k = 0; k < animals().size(); k++) read_values(animals()[k], name, to + k * n, n);
    checks().push_back({pull, [=](std::vector<std::FILE *> &files) {
        for (size_t k = 0; k < files.size(); k++)
            if (files[k]) read_back(files[k], name, to + k * n, n);
    }});
}

template <class V, class T> void same(V value, T *to, size_t n)
{
    std::fill_n(to, all(n), T(value));
}

template <class T> void numbered(T *to, size_t n)
{
    for (size_t i = 0; i < all(n); i++) to[i] = T(i % n);
}

// One set of links in GeNN's layout: rows of `stride` places, of which `length` are taken.
struct Links
{
    std::string name;
    size_t sources, targets;
    unsigned int *length;
    uint32_t *target;
    size_t stride;

    template <class V, class T> void clear(V value, T *to) const
    {
        std::fill_n(to, all(sources) * stride, T(value));
    }

    // Where in GeNN's arrays each link of animal `k` stands, in the order of its table.
    std::vector<size_t> places(size_t k) const
    {
        std::vector<size_t> result;
        for (size_t row = k * sources; row < (k + 1) * sources; row++)
            for (size_t j = 0; j < length[row]; j++) result.push_back(row * stride + j);
        return result;
    }
};

inline void wire(const Links &links)
{
    const std::string name = "edges." + links.name;
    std::fill_n(links.length, all(links.sources), 0u);
    for (size_t k = 0; k < animals().size(); k++) {
        Reader<int32_t> source(animals()[k].place, name + ".source");
        Reader<int32_t> target(animals()[k].place, name + ".target");
        if (source.left != target.left) refuse(name + ": unequal ends");
        int32_t last = 0;
        while (source.more()) {
            const int32_t from = source.next(), to = target.next();
            if (from < last || size_t(from) >= links.sources) refuse(name + ": not sorted");
            if (to < 0 || size_t(to) >= links.targets) refuse(name + " leads astray");
            const size_t row = k * links.sources + size_t(from);
            if (links.length[row] >= links.stride) refuse(name + ": a row is too long");
            links.target[row * links.stride + links.length[row]++] =
                uint32_t(k * links.targets + size_t(to));
            last = from;
        }
    }
    checks().push_back({nullptr, [=](std::vector<std::FILE *> &files) {
        for (size_t k = 0; k < files.size(); k++) {
            if (!files[k]) continue;
            std::vector<int32_t> source, target;
            for (size_t place : links.places(k)) {
                source.push_back(int32_t(place / links.stride - k * links.sources));
                target.push_back(int32_t(links.target[place] - k * links.targets));
            }
            read_back(files[k], name + ".source", source.data(), source.size());
            read_back(files[k], name + ".target", target.data(), target.size());
        }
    }});
}

template <class T> void links(const std::string &name, const Links &where, T *to, Pull pull)
{
    for (size_t k = 0; k < animals().size(); k++) {
        const std::vector<size_t> places = where.places(k);
        std::vector<T> values(places.size());
        read_values(animals()[k], name, values.data(), values.size());
        for (size_t e = 0; e < places.size(); e++) to[places[e]] = values[e];
    }
    checks().push_back({pull, [=](std::vector<std::FILE *> &files) {
        for (size_t k = 0; k < files.size(); k++) {
            if (!files[k]) continue;
            std::vector<T> values;
            for (size_t place : where.places(k)) values.push_back(to[place]);
            read_back(files[k], name, values.data(), values.size());
        }
    }});
}

}  // namespace astrogram
