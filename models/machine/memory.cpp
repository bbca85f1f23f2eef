// Where a program's arrays lie. Loops over cells take a whole cache line at a time, and one that
// begins within a line touches two at every step. How many did was left to whatever had been
// allocated before: the buffer of one printed line moved them all and made runs a tenth dearer.
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
const std::size_t line = 64;  // bytes; also the longest vector of today's processors
}

void *operator new[](std::size_t bytes)
{
    void *found = nullptr;
    if (bytes < line)  // single numbers share lines
        found = std::malloc(bytes ? bytes : 1);
    else if (posix_memalign(&found, line, bytes))
        found = nullptr;
    if (!found) throw std::bad_alloc();
    return found;
}

void operator delete[](void *given) noexcept { std::free(given); }
