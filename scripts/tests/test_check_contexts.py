# SPDX-License-Identifier: GPL-2.0
"""scripts/check-contexts on small files: each planted mistake is found, a clean file passes."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parent.parent / "check-contexts"

# What the real headers say, as far as it matters here.
KERNEL_H = """
typedef unsigned int gfp_t;
#define GFP_KERNEL 1u
#define GFP_NOIO 2u
#define GFP_NOWAIT 4u
#define __GFP_NOMEMALLOC 8u
struct mutex { int owner; };
struct work { int queued; };
void *kmalloc(unsigned long size, gfp_t gfp);
void *kmem_cache_alloc(void *cache, gfp_t gfp);
void *vmalloc(unsigned long size);
void mutex_lock(struct mutex *lock);
void msleep(unsigned int ms);
void flush_work(struct work *work);
void synchronize_rcu(void);
void prepare_to_wait_event(void *queue);
void schedule(void);
void register_ops(const void *ops);
void leaf(void);
void stranger(void);
#define wait_event(queue, condition) \\
	do { while (!(condition)) { prepare_to_wait_event(&(queue)); schedule(); } } while (0)
struct memreserve_gfp_ops {
	int (*depth)(gfp_t gfp);
	int (*mark)(void *page);
};
struct netswap_gauge {
	const char *name;
	unsigned long (*read)(void);
};
"""

LIST = "leaf leaf  # reads a number\nleaf register_ops  # only init calls it\n"

# Everything here is as it should be: what sleeps is not reachable from an entry.
CLEAN_C = """
#include "kernel.h"

static struct mutex lock;
static int level;

static int depth(gfp_t gfp)
{
	leaf();
	return gfp && level;
}

static int mark(void *page)
{
	return kmalloc(8, GFP_NOWAIT | __GFP_NOMEMALLOC) != page;
}

/* Level of the water. Any context. */
unsigned long water(void)
{
	return level;
}

static const struct netswap_gauge gauges[] = { { "water", water } };
static const struct memreserve_gfp_ops ops = { .depth = depth, .mark = mark };

/* Process context, may sleep. */
void clean_init(void)
{
	mutex_lock(&lock);
	kmalloc(8, GFP_KERNEL);
	register_ops(&ops);
	register_ops(gauges);
}
"""

PLANTED_C = """
#include "kernel.h"

static struct mutex lock;
static struct work work;
static int queue, level;

#define DEFINE_READER(name) static unsigned long read_##name(void) { msleep(1); return 1; }
DEFINE_READER(water)

static void *helper(void)
{
	return kmalloc(8, GFP_KERNEL);
}

static void *with_flags(gfp_t gfp)
{
	return kmem_cache_alloc(0, gfp);
}

static int depth(gfp_t gfp)
{
	mutex_lock(&lock);
	stranger();
	return helper() == kmalloc(8, GFP_NOIO) || with_flags(gfp);
}

static int mark(void *page)
{
	wait_event(queue, level);
	return page != vmalloc(8);
}

/**
 * told - keeps its promise badly
 *
 * Any context, no lock.
 */
int told(void)
{
	synchronize_rcu();
	return level;
}

/* A probe. */
int probe(int (*which)(void))
{
	flush_work(&work);
	return which();
}

static const struct netswap_gauge gauges[] = { { "water", read_water } };
static struct memreserve_gfp_ops ops = { .depth = depth, .mark = mark };

void planted_init(void)
{
	register_ops(&ops);
	register_ops(gauges);
}
"""


class CheckContextsTest(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="netswap-test-"))
        self.addCleanup(shutil.rmtree, self.top)

    def check(self, source, known):
        (self.top / "kernel.h").write_text(KERNEL_H)
        (self.top / "a.c").write_text(source)
        (self.top / "known.list").write_text(known)
        subprocess.run(["gcc", "-O2", "-fno-builtin", "-fdump-ipa-cgraph", "-c", "a.c"], cwd=self.top,
                       check=True, timeout=30)
        done = subprocess.run([CHECK, "--list", self.top / "known.list", self.top, self.top],
                              capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_clean_file_passes(self):
        status, complaints, said = self.check(CLEAN_C, LIST.splitlines()[0])
        self.assertEqual((status, complaints), (0, ""), said)
        self.assertIn("3 entries, 3 functions reached, 0 complaints", said)

    def test_each_planted_mistake_is_found(self):
        known = "leaf prepare_to_wait_event  # looked at where it is called\nentry probe  # called by a trap\n"
        status, complaints, said = self.check(PLANTED_C, known)
        self.assertEqual(status, 1, said)
        for mistake in (
            r"a.c:13: kmalloc\(\) may wait for memory, in helper\(\) <- depth\(\) <- ops",
            r"a.c:25: kmalloc\(\) may wait for memory, in depth\(\)",
            r"a.c:18: kmem_cache_alloc\(\) may wait for memory, or not: .* <- depth\(\)",
            r"a.c:31: vmalloc\(\) may wait for memory, in mark\(\)",
            r"a.c:23: mutex_lock\(\) may wait without end, in depth\(\)",
            r"a.c:30: wait_event\(\) may wait without end, in mark\(\)",
            r"a.c: schedule\(\) may sleep or allocate, .* by mark\(\)",
            r"a.c: msleep\(\) may sleep .* by read_water\(\) <- gauges \(struct netswap_gauge\)",
            r"a.c:41: synchronize_rcu\(\) .*, in told\(\) <- its comment",
            r"a.c:48: flush_work\(\) .*, in probe\(\) <- .*known.list",
            r"a.c: probe\(\) .* calls through a pointer",
            r"a.c: stranger\(\) may sleep or allocate, .* by depth\(\)",
            r"a.c:53: ops is not constant",
        ):
            with self.subTest(mistake):
                self.assertRegex(complaints, mistake)
        self.assertIn("13 complaints", said)

    def test_line_that_nothing_needs(self):
        status, complaints, _ = self.check(CLEAN_C, LIST)
        self.assertEqual(status, 1)
        self.assertEqual(complaints, "known.list: leaf register_ops is not needed any more\n")

    def test_line_without_reason(self):
        status, _, said = self.check(CLEAN_C, "leaf leaf\n")
        self.assertEqual(status, 2)
        self.assertIn("known.list:1: write 'leaf NAME  # REASON'", said)

    def test_nothing_compiled(self):
        done = subprocess.run([CHECK, self.top, self.top], capture_output=True, text=True,
                              timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("compile with -fdump-ipa-cgraph", done.stderr)


if __name__ == "__main__":
    unittest.main()
