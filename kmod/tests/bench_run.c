// SPDX-License-Identifier: GPL-2.0
/*
 * Counts what operations of the kernel cost, in ticks of the time stamp counter:
 * instructions, if the machine is QEMU with -icount shift=0.
 *
 * "NAME SAMPLES" written to the parameter "run" measures the operation NAME so
 * many times and some more before that, to warm up. Reading it back gives
 *
 *   NAME BATCH SAMPLES MINIMUM MEDIAN
 *
 * where the last two are of a sample of BATCH operations. A timer tick that falls
 * into a sample makes it larger, so both do without ticks. What reading the counter
 * and calling the operation takes is subtracted.
 *
 * With the parameter mark=1 there is a marked TCP socket that nobody uses.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>
#include <asm/msr.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "bench.h"

#define BENCH_SAMPLES_MAX 100000
#define BENCH_WARM_UP 64

struct bench_result {
	u64 min;
	u64 median;
};

static bool mark;
module_param(mark, bool, 0400);
MODULE_PARM_DESC(mark, "keep a marked TCP socket that is idle");

static DEFINE_MUTEX(lock);	/* protects the answer */
static char answer[128];
static struct socket *marked;

static void nothing(void)
{
}

static const struct bench_op empty = { .name = "empty", .batch = 1, .timed = nothing };

static int take_sample(const struct bench_op *op, u64 *ticks)
{
	u64 begin, end;
	int err;

	err = op->before ? op->before() : 0;
	if (err)
		return err;
	begin = rdtsc();
	op->timed();
	end = rdtsc();
	*ticks = end - begin;
	return op->after ? op->after() : 0;
}

/*
 * While ksoftirqd is about to run, Linux 6.1 leaves packets to it, and it gets
 * the CPU only from who gives it up. Such a sample takes longer, so it is
 * neither the smallest nor the median.
 */
void bench_let_softirqs_end(void)
{
	const struct softnet_data *backlog = raw_cpu_ptr(&softnet_data);
	int i;

	for (i = 0; i < 100; i++) {
		if (!skb_queue_len_lockless(&backlog->input_pkt_queue) &&
		    !skb_queue_len_lockless(&backlog->process_queue))
			return;
		schedule_timeout_uninterruptible(1);
	}
}

static int smaller_first(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

static int measure(const struct bench_op *op, unsigned int samples, struct bench_result *result)
{
	u64 *ticks = vmalloc_array(samples, sizeof(*ticks));
	unsigned int i;
	int err = 0;

	if (!ticks)
		return -ENOMEM;
	for (i = 0; i < BENCH_WARM_UP && !err; i++)
		err = take_sample(op, &ticks[0]);
	for (i = 0; i < samples && !err; i++)
		err = take_sample(op, &ticks[i]);
	if (!err) {
		sort(ticks, samples, sizeof(*ticks), smaller_first, NULL);
		result->min = ticks[0];
		result->median = ticks[samples / 2];
	}
	vfree(ticks);
	return err;
}

static const struct bench_op *find_op(const char *name)
{
	unsigned int i;

	for (i = 0; i < bench_memory_count; i++)
		if (!strcmp(bench_memory_ops[i].name, name))
			return &bench_memory_ops[i];
	for (i = 0; i < bench_packet_count; i++)
		if (!strcmp(bench_packet_ops[i].name, name))
			return &bench_packet_ops[i];
	return NULL;
}

static int run_set(const char *value, const struct kernel_param *param)
{
	struct bench_result cost, result;
	const struct bench_op *op;
	unsigned int samples;
	char name[32];
	int err;

	if (sscanf(value, "%31s %u", name, &samples) != 2 || !samples ||
	    samples > BENCH_SAMPLES_MAX)
		return -EINVAL;
	op = find_op(name);
	if (!op)
		return -ENOENT;

	guard(mutex)(&lock);
	answer[0] = '\0';
	err = measure(&empty, samples, &cost);
	if (!err)
		err = measure(op, samples, &result);
	if (err)
		return err;
	snprintf(answer, sizeof(answer), "%s %u %u %llu %llu", op->name, op->batch, samples,
		 result.min - cost.min, result.median - cost.median);
	return 0;
}

static int run_get(char *text, const struct kernel_param *param)
{
	guard(mutex)(&lock);
	return sysfs_emit(text, "%s\n", answer);
}

static const struct kernel_param_ops run_ops = { .set = run_set, .get = run_get };

module_param_cb(run, &run_ops, NULL, 0600);
MODULE_PARM_DESC(run, "written: NAME SAMPLES; read: NAME BATCH SAMPLES MINIMUM MEDIAN");

static int operations_get(char *text, const struct kernel_param *param)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < bench_memory_count; i++)
		len += sysfs_emit_at(text, len, "%s\n", bench_memory_ops[i].name);
	for (i = 0; i < bench_packet_count; i++)
		len += sysfs_emit_at(text, len, "%s\n", bench_packet_ops[i].name);
	return len;
}

static const struct kernel_param_ops operations_ops = { .get = operations_get };

module_param_cb(operations, &operations_ops, NULL, 0400);
MODULE_PARM_DESC(operations, "what can be measured, one a line");

static int mark_socket(void)
{
	int err = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &marked);

	if (!err)
		sk_set_memalloc(marked->sk);
	return err;
}

static int __init bench_init(void)
{
	int err = bench_memory_init();

	if (err)
		return err;
	err = bench_packet_init();
	if (err)
		goto err_memory;
	err = mark ? mark_socket() : 0;
	if (err)
		goto err_packet;
	return 0;

err_packet:
	bench_packet_exit();
err_memory:
	bench_memory_exit();
	return err;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	if (marked) {
		sk_clear_memalloc(marked->sk);
		sock_release(marked);
	}
	bench_packet_exit();
	bench_memory_exit();
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Counts what memory and packets cost");
MODULE_LICENSE("GPL");
