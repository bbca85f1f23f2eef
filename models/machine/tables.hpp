// Raw tables of one run, read from and written to files of its folder, as every compiled circuit does.
// Everything a run depends on is checked; whatever is wrong ends the program with one line.
#pragma once
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>
#include "lifeline.hpp"

namespace astrogram {

[[noreturn]] inline void refuse(const std::string &why)
{
    std::cerr << why << std::endl;
    std::_Exit(3);
}

// The first thing that happens: from now on, what is wrong is wrong with the run.
inline void begin()
{
    end_with_parent();
    std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is an error like a full disk
    std::cout << "begun" << std::endl;
}

inline std::string folder()
{
    const char *given = std::getenv("ASTROGRAM_RUN");
    if (!given) refuse("ASTROGRAM_RUN names no folder");
    return given;
}

// A table of unknown length, read from its start to its end, piece by piece.
template <class T> class Reader
{
public:
    Reader(const std::string &place, const std::string &table) : name(table)
    {
        const std::string path = place + "/in/" + table;
        file = std::fopen(path.c_str(), "rb");
        if (!file) refuse("table '" + table + "' is missing");
        std::fseek(file, 0, SEEK_END);
        const long bytes = std::ftell(file);
        std::rewind(file);
        if (bytes % long(sizeof(T))) refuse("table '" + table + "' is cut off");
        left = all = size_t(bytes) / sizeof(T);
    }
    Reader(const Reader &) = delete;
    ~Reader() { std::fclose(file); }
    void read(T *to, size_t count)
    {
        if (count > left || std::fread(to, sizeof(T), count, file) != count)
            refuse("table '" + name + "' is too short");
        left -= count;
    }
    // The next value, from a buffer.
    T next()
    {
        if (at == buffer.size()) {
            buffer.resize(left < 4096 ? left : 4096);
            if (buffer.empty()) refuse("table '" + name + "' is too short");
            read(buffer.data(), buffer.size());
            at = 0;
        }
        return buffer[at++];
    }
    bool more() const { return left > 0 || at < buffer.size(); }
    size_t left, all;

private:
    std::string name;
    std::FILE *file;
    std::vector<T> buffer;
    size_t at = 0;
};

template <class T> std::vector<T> table(const std::string &place, const std::string &name)
{
    Reader<T> reader(place, name);
    std::vector<T> values(reader.left);
    reader.read(values.data(), values.size());
    return values;
}

// CRC-32 as of zlib, so that the host can compare what arrived with what it sent.
inline uint32_t checksum(const void *data, size_t bytes)
{
    static std::vector<uint32_t> step;
    if (step.empty())
        for (uint32_t n = 0; n < 256; n++) {
            uint32_t c = n;
            for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
            step.push_back(c);
        }
    uint32_t c = 0xffffffffu;
    const unsigned char *byte = static_cast<const unsigned char *>(data);
    for (size_t i = 0; i < bytes; i++) c = step[(c ^ byte[i]) & 255] ^ (c >> 8);
    return c ^ 0xffffffffu;
}

[[noreturn]] inline void cannot_write()
{
    refuse(std::string("the results cannot be written: ") + std::strerror(errno));
}

inline void put(std::FILE *file, const void *data, size_t size, size_t count)
{
    if (count && std::fwrite(data, size, count, file) != count)
        cannot_write();
}

inline std::FILE *result(const std::string &place, const std::string &name)
{
    std::FILE *file = std::fopen((place + "/out/" + name).c_str(), "wb");
    if (!file) cannot_write();
    return file;
}

// Compiled with -ffast-math, which takes every number for finite: look at the bits.
inline bool finite(double value)
{
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return (bits >> 52 & 0x7ff) != 0x7ff;
}

}  // namespace astrogram
