// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_sources.h"

#include <fmt/format.h>

namespace netswap::guest {
namespace {

constexpr const char *header_text = R"(#ifndef MACHINE_H
#define MACHINE_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define NULL ((void *)0)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BIT_OF(n) (1U << (n))
#define FIELD_AT(reg, shift, width) (((reg) >> (shift)) & (BIT_OF(width) - 1))
#define ENCLOSING(member_pointer, type, member) \
	((type *)((char *)(member_pointer) - (unsigned long)&((type *)0)->member))

enum fault { FINE = 0, NO_ROOM = -1, NO_DEVICE = -2, TOO_LATE = -3, WRONG_STATE = -4 };
enum power { POWER_OFF, POWER_IDLE, POWER_READY, POWER_BUSY, POWER_BROKEN };

struct chain {
	struct chain *after, *before;
};

static inline void chain_init(struct chain *head)
{
	head->after = head;
	head->before = head;
}

static inline int chain_is_empty(const struct chain *head)
{
	return head->after == head;
}

static inline void chain_append(struct chain *head, struct chain *item)
{
	item->before = head->before;
	item->after = head;
	head->before->after = item;
	head->before = item;
}

static inline void chain_remove(struct chain *item)
{
	item->before->after = item->after;
	item->after->before = item->before;
	chain_init(item);
}

#define FOR_EACH_IN_CHAIN(at, head) for ((at) = (head)->after; (at) != (head); (at) = (at)->after)

#define RING_SLOTS 64
struct ring {
	u32 produced, consumed;
	u64 slot[RING_SLOTS];
};

static inline u32 ring_fill(const struct ring *ring)
{
	return ring->produced - ring->consumed;
}

static inline int ring_put(struct ring *ring, u64 value)
{
	if (ring_fill(ring) == RING_SLOTS)
		return NO_ROOM;
	ring->slot[ring->produced++ % RING_SLOTS] = value;
	return FINE;
}

static inline int ring_take(struct ring *ring, u64 *value)
{
	if (ring_fill(ring) == 0)
		return TOO_LATE;
	*value = ring->slot[ring->consumed++ % RING_SLOTS];
	return FINE;
}

static inline u32 mixed(u32 value, u32 with)
{
	value ^= with * 2654435761U;
	value = (value << 13) | (value >> 19);
	return value * 5 + 0x2f0b4a27U;
}

struct unit;

struct unit_calls {
	int (*start)(struct unit *unit);
	int (*work)(struct unit *unit, u64 request);
	u32 (*status)(const struct unit *unit, u32 index);
	void (*stop)(struct unit *unit);
};

struct unit {
	const char *name;
	const struct unit_calls *calls;
	struct chain siblings;
	struct ring requests;
	enum power power;
	u32 id, errors, registers[32];
	u64 handled;
};

#endif
)";

/// Registers that a unit has by name.
std::string constants(int unit, int count) {
    std::string text = fmt::format("enum unit{}_register {{\n", unit);
    for (int i = 0; i < count; ++i)
        text += fmt::format("\tUNIT{}_REG_{} = {},\n", unit, i, (unit * 7 + i * 5) % 32);
    text +=
        "};\n\nstatic const struct {\n\tu16 offset;\n\tu8 width;\n\tu32 reset;\n} layout[] = {\n";
    for (int i = 0; i < count; ++i)
        text += fmt::format("\t{{ UNIT{}_REG_{}, {}, 0x{:08x}U }},\n", unit, i, 1 + (unit + i) % 16,
                            static_cast<unsigned>(unit * 40503 + i * 9176) * 2246822519U);
    return text + "};\n\n";
}

/// A function with loops and a switch, of which a unit has several.
std::string step(int unit, int number) {
    std::string text = fmt::format(
        "static int step{0}(struct unit *unit, u64 request)\n"
        "{{\n"
        "\tu32 sum = (u32)(request >> {1}), i;\n\n"
        "\tfor (i = 0; i < COUNT_OF(layout); i++) {{\n"
        "\t\tu32 value = unit->registers[layout[i].offset];\n\n"
        "\t\tif (FIELD_AT(value, {2}, 3) == {3})\n"
        "\t\t\tcontinue;\n"
        "\t\tsum = mixed(sum, value + layout[i].reset);\n"
        "\t\tunit->registers[layout[i].offset] = sum & (BIT_OF(layout[i].width) - 1);\n"
        "\t}}\n"
        "\tswitch (sum % {4}) {{\n",
        number, 3 + (unit + number) % 9, number % 8, (unit + number) % 8, 5 + number % 4);
    for (int i = 0; i < 3 + number % 3; ++i)
        text += fmt::format("\tcase {0}:\n"
                            "\t\tif (unit->power == POWER_BROKEN)\n"
                            "\t\t\treturn WRONG_STATE;\n"
                            "\t\tunit->registers[UNIT{1}_REG_{2}] += sum ^ {3}U;\n"
                            "\t\tbreak;\n",
                            i, unit, (i + number) % 6, (unit + 1) * (i + 3) * 7919);
    return text + "\tdefault:\n"
                  "\t\tunit->errors += (sum & 1) ? 1 : 0;\n"
                  "\t\treturn ring_put(&unit->requests, request ^ sum);\n"
                  "\t}\n"
                  "\treturn FINE;\n"
                  "}\n\n";
}

std::string calls(int unit, int steps) {
    auto text = fmt::format("static int (*const steps[])(struct unit *, u64) = {{\n");
    for (int i = 0; i < steps; ++i)
        text += fmt::format("\tstep{},\n", i);
    return text + fmt::format(R"(}};

static int start(struct unit *unit)
{{
	u32 i;

	if (unit->power != POWER_OFF)
		return WRONG_STATE;
	for (i = 0; i < COUNT_OF(layout); i++)
		unit->registers[layout[i].offset] = layout[i].reset;
	chain_init(&unit->siblings);
	unit->power = POWER_READY;
	return FINE;
}}

static int work(struct unit *unit, u64 request)
{{
	u64 pending;
	u32 i;
	int result = FINE;

	unit->power = POWER_BUSY;
	for (i = 0; i < COUNT_OF(steps) && result == FINE; i++)
		result = steps[i](unit, request + i);
	while (ring_take(&unit->requests, &pending) == FINE)
		unit->handled += FIELD_AT(pending, 4, 8);
	unit->power = result == FINE ? POWER_READY : POWER_IDLE;
	return result;
}}

static u32 status(const struct unit *unit, u32 index)
{{
	return index < COUNT_OF(layout) ? unit->registers[layout[index].offset] : unit->errors;
}}

static void stop(struct unit *unit)
{{
	if (!chain_is_empty(&unit->siblings))
		chain_remove(&unit->siblings);
	unit->power = POWER_OFF;
}}

static const struct unit_calls unit{0}_calls = {{
	.start = start,
	.work = work,
	.status = status,
	.stop = stop,
}};

static struct unit unit{0} = {{
	.name = "unit{0}",
	.calls = &unit{0}_calls,
	.power = POWER_OFF,
	.id = {0},
}};
)",
                              unit);
}

/// What the others see: each unit brings up the next one, the last none.
std::string entry(int unit, int units) {
    const bool last = unit + 1 == units;
    auto text = fmt::format("\nint unit{}_attach(struct chain *all);\n", unit);
    if (!last)
        text += fmt::format("int unit{}_attach(struct chain *all);\n", unit + 1);
    text += fmt::format(R"(
int unit{0}_attach(struct chain *all)
{{
	int result = unit{0}.calls->start(&unit{0});

	if (result != FINE)
		return result;
	chain_append(all, &unit{0}.siblings);
)",
                        unit);
    return text + (last ? "\treturn FINE;\n}\n"
                        : fmt::format("\treturn unit{}_attach(all);\n}}\n", unit + 1));
}

} // namespace

SourceFile header_source() {
    return {source_header, header_text};
}

std::vector<SourceFile> unit_sources(int units) {
    std::vector<SourceFile> sources;
    for (int unit = 0; unit < units; ++unit) {
        const int registers = 8 + unit % 7, steps = 5 + unit * 3 % 8;
        auto text = fmt::format("#include \"{}\"\n\n", source_header) + constants(unit, registers);
        for (int i = 0; i < steps; ++i)
            text += step(unit, i);
        text += calls(unit, steps) + entry(unit, units);
        sources.push_back({fmt::format("unit{}.c", unit), std::move(text)});
    }
    return sources;
}

} // namespace netswap::guest
