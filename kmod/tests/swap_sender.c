// SPDX-License-Identifier: GPL-2.0
/*
 * Sends on a socket as a transport of swap does: from a reclaimer (PF_MEMALLOC),
 * who gets a page without reclaim or not at all, and who waits for the socket's
 * write space then.
 *
 * "FD BYTES" written to the parameter "send" sends so much on the writer's
 * socket FD, as long as the socket's own time-out for sending allows. Byte n is
 * n modulo 251. What has been sent can be read.
 */
#include <linux/file.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/net.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/uio.h>

#define PERIOD 251

static unsigned int sent;
static u8 data[SZ_32K + PERIOD];

static int send_all(struct socket *sock, unsigned int bytes)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec;
	int done;

	for (sent = 0; sent < bytes; sent += done) {
		vec.iov_base = data + sent % PERIOD;
		vec.iov_len = min_t(unsigned int, SZ_32K, bytes - sent);
		done = kernel_sendmsg(sock, &msg, &vec, 1, vec.iov_len);
		if (done < 0)
			return done;
	}
	return 0;
}

static int send(const char *value, const struct kernel_param *param)
{
	unsigned int bytes, flags;
	struct socket *sock;
	int fd, err;

	if (sscanf(value, "%d %u", &fd, &bytes) != 2)
		return -EINVAL;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	flags = memalloc_noreclaim_save();
	err = send_all(sock, bytes);
	memalloc_noreclaim_restore(flags);
	sockfd_put(sock);
	return err;
}

static int get_sent(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%u\n", sent);
}

static const struct kernel_param_ops send_ops = { .set = send, .get = get_sent };

module_param_cb(send, &send_ops, NULL, 0600);
MODULE_PARM_DESC(send, "written: \"FD BYTES\", send so much; read: bytes sent");

static int __init swap_sender_init(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i % PERIOD;
	return 0;
}
module_init(swap_sender_init);

static void __exit swap_sender_exit(void)
{
}
module_exit(swap_sender_exit);

MODULE_DESCRIPTION("Sends on a socket from a reclaimer");
MODULE_LICENSE("GPL");
