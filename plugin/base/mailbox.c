/* SPDX-License-Identifier: MIT */
/* See mailbox.h. */
#include "base/mailbox.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int
mailbox_init(struct mailbox *mailbox)
{
	mailbox->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mailbox->event_fd < 0)
		return -errno;
	pthread_mutex_init(&mailbox->lock, NULL);
	wl_list_init(&mailbox->members);
	return 0;
}

void
mailbox_finish(struct mailbox *mailbox)
{
	close(mailbox->event_fd);
	pthread_mutex_destroy(&mailbox->lock);
}

void
mailbox_post(struct mailbox *mailbox, struct wl_list *member)
{
	uint64_t one = 1;

	pthread_mutex_lock(&mailbox->lock);
	wl_list_insert(mailbox->members.prev, member);
	pthread_mutex_unlock(&mailbox->lock);
	/* Fails only if the counter is at its maximum: then the receiver is awake already. */
	ssize_t ignored = write(mailbox->event_fd, &one, sizeof(one));
	(void)ignored;
}

void
mailbox_take(struct mailbox *mailbox, struct wl_list *members)
{
	uint64_t count;
	ssize_t ignored = read(mailbox->event_fd, &count, sizeof(count));

	(void)ignored;
	wl_list_init(members);
	pthread_mutex_lock(&mailbox->lock);
	wl_list_insert_list(members, &mailbox->members);
	wl_list_init(&mailbox->members);
	pthread_mutex_unlock(&mailbox->lock);
}
