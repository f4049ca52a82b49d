// SPDX-License-Identifier: GPL-2.0
// Whatever may wait, and has no end of its own: for a lock that sleepers hold, for an event
// without a time-out, for a grace period, for work that somebody else does, for time.
// scripts/check-contexts says which of these lines is a fault.

@wait@
identifier f =~ "^(mutex_lock(_interruptible|_killable|_nested|_io)?|down(_read|_write|_interruptible|_killable)?|(read|write)_lock_sleep|rwsem_down.*|rt_mutex_lock|ww_mutex_lock|percpu_down_(read|write)|cpus_(read|write)_lock|rtnl_lock|lock_sock(_nested)?|lock_page|lock_buffer|folio_(lock|wait_.*)|io_wait_event|wait_(event(_idle|_interruptible|_killable|_lock_irq|_interruptible_lock_irq|_freezable)?|for_completion(_interruptible|_killable|_io)?|on_(bit|page|buffer)(_.*)?)|swait_event.*exclusive|synchronize_(rcu|srcu|net|irq|hardirq|rcu_expedited|rcu_tasks)(_.*)?|(s|k)?rcu_barrier(_.*)?|tracepoint_synchronize_unregister|flush_(work|workqueue|delayed_work|scheduled_work|rcu_work)|drain_workqueue|destroy_workqueue|cancel_(work|delayed_work)_sync|del_timer_sync|timer_(delete|shutdown)_sync|kthread_(stop|park)|msleep(_interruptible)?|ssleep|fsleep|usleep_range|usleep_idle_range|schedule|yield|cond_resched|might_sleep|io_schedule|static_branch_(inc|dec|enable|disable)|static_key_slow_(inc|dec)|request_module|vfree|free_percpu|kernel_(sendmsg|recvmsg|read|write)|sock_(sendmsg|recvmsg)|copy_(from|to)_user|(get|put)_user)$";
position p;
@@
 f@p(...)

@script:python depends on wait@
f << wait.f;
p << wait.p;
@@
print("wait\t%s\t%s\t%s\t%s\t" % (p[0].file, p[0].line, p[0].current_element, f))
