/* SPDX-License-Identifier: MIT */
/* See fake.h. */
#include "fake.h"

#define MANY 4096

struct fake_counts fake_counts;
long fake_fail_at, fake_calls;
unsigned int fake_own_domid;
bool fake_translated, fake_bounces, fake_in_use;
long fake_told;
struct miscdevice *fake_device;

bool
fake_fails(void)
{
	return ++fake_calls == fake_fail_at;
}

void *
fake_alloc(size_t size)
{
	if (fake_fails())
		return NULL;
	fake_counts.memory++;
	return calloc(1, size ? size : 1);
}

void
fake_free(const void *memory)
{
	if (!memory)
		return;
	fake_counts.memory--;
	free((void *)memory);
}

unsigned long
copy_from_user(void *to, const void *from, size_t size)
{
	if (fake_fails())
		return size;
	memcpy(to, from, size);
	return 0;
}

unsigned long
copy_to_user(void *to, const void *from, size_t size)
{
	if (fake_fails())
		return size;
	memcpy(to, from, size);
	return 0;
}

int
misc_register(struct miscdevice *device)
{
	if (fake_fails())
		return -ENOMEM;
	fake_device = device;
	return 0;
}

struct eventfd_ctx *
eventfd_ctx_fdget(int fd)
{
	if (fake_fails())
		return ERR_PTR(-EBADF);
	fake_counts.events++;
	return (struct eventfd_ctx *)&fake_told;
}

void
eventfd_ctx_put(struct eventfd_ctx *context)
{
	fake_counts.events--;
}

/* descriptors, all of dma-bufs */

static struct dma_buf *installed[MANY];
static bool is_taken[MANY];

int
get_unused_fd_flags(int flags)
{
	if (fake_fails())
		return -EMFILE;
	fake_counts.numbers++;
	/* the kernel takes the lowest free one */
	int fd = 3;
	while (is_taken[fd])
		fd++;
	is_taken[fd] = true;
	return fd;
}

void
put_unused_fd(int fd)
{
	is_taken[fd] = false;
	fake_counts.numbers--;
}

void
fd_install(int fd, struct file *file)
{
	fake_counts.numbers--;
	installed[fd] = (struct dma_buf *)file;
}

struct dma_buf *
fake_dmabuf(int fd)
{
	return installed[fd];
}

void
fake_close(int fd)
{
	struct dma_buf *dmabuf = installed[fd];

	installed[fd] = NULL;
	is_taken[fd] = false;
	dma_buf_put(dmabuf);
}

struct dma_buf *
dma_buf_export(const struct dma_buf_export_info *info)
{
	struct dma_buf *dmabuf = fake_alloc(sizeof(*dmabuf));

	if (!dmabuf)
		return ERR_PTR(-ENOMEM);
	*dmabuf = (struct dma_buf){info->ops, info->priv, info->size, (struct file *)dmabuf, 1};
	fake_counts.dmabufs++;
	return dmabuf;
}

struct dma_buf *
dma_buf_get(int fd)
{
	if (fake_fails() || fd < 0 || fd >= MANY || !installed[fd])
		return ERR_PTR(-EBADF);
	installed[fd]->references++;
	fake_counts.dmabufs++;
	return installed[fd];
}

void
dma_buf_put(struct dma_buf *dmabuf)
{
	fake_counts.dmabufs--;
	if (--dmabuf->references)
		return;
	dmabuf->ops->release(dmabuf);
	fake_free(dmabuf);
}

struct dma_buf_attachment *
dma_buf_attach(struct dma_buf *dmabuf, struct device *device)
{
	struct dma_buf_attachment *attach = fake_alloc(sizeof(*attach));

	if (!attach)
		return ERR_PTR(-ENOMEM);
	attach->dmabuf = dmabuf;
	attach->dev = device;
	int ret = dmabuf->ops->attach ? dmabuf->ops->attach(dmabuf, attach) : 0;
	if (ret) {
		fake_free(attach);
		return ERR_PTR(ret);
	}
	fake_counts.dmabufs++;
	return attach;
}

void
dma_buf_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	if (dmabuf->ops->detach)
		dmabuf->ops->detach(dmabuf, attach);
	fake_free(attach);
	fake_counts.dmabufs--;
}

struct sg_table *
dma_buf_map_attachment_unlocked(struct dma_buf_attachment *attach,
				enum dma_data_direction direction)
{
	struct sg_table *table = attach->dmabuf->ops->map_dma_buf(attach, direction);

	if (!IS_ERR(table))
		fake_counts.dmabufs++;
	return table;
}

void
dma_buf_unmap_attachment_unlocked(struct dma_buf_attachment *attach, struct sg_table *table,
				  enum dma_data_direction direction)
{
	attach->dmabuf->ops->unmap_dma_buf(attach, table, direction);
	fake_counts.dmabufs--;
}

/* a dma-buf of this domain's pages */

static struct sg_table *
own_map(struct dma_buf_attachment *attach, enum dma_data_direction direction)
{
	unsigned int count = (unsigned int)(attach->dmabuf->size >> PAGE_SHIFT);
	struct page *pages[MANY];
	struct sg_table *table = fake_alloc(sizeof(*table));

	if (!table)
		return ERR_PTR(-ENOMEM);
	for (unsigned int i = 0; i < count; i++)
		pages[i] = fake_page(1000 + i);
	if (sg_alloc_table_from_pages_segment(table, pages, count, 0, 0, 0, 0)) {
		fake_free(table);
		return ERR_PTR(-ENOMEM);
	}
	if (dma_map_sgtable(attach->dev, table, direction, 0)) {
		sg_free_table(table);
		fake_free(table);
		return ERR_PTR(-EIO);
	}
	return table;
}

static void
own_unmap(struct dma_buf_attachment *attach, struct sg_table *table,
	  enum dma_data_direction direction)
{
	dma_unmap_sgtable(attach->dev, table, direction, 0);
	sg_free_table(table);
	fake_free(table);
}

static void
own_release(struct dma_buf *dmabuf)
{
}

static const struct dma_buf_ops own_ops = {
	.map_dma_buf = own_map,
	.unmap_dma_buf = own_unmap,
	.release = own_release,
};

int
fake_own_dmabuf(unsigned int pages)
{
	struct dma_buf_export_info info = {&own_ops, pages << PAGE_SHIFT, 0, NULL};
	long fail_at = fake_fail_at;

	fake_fail_at = 0;
	int fd = get_unused_fd_flags(0);
	fd_install(fd, dma_buf_export(&info)->file);
	fake_fail_at = fail_at;
	return fd;
}

/* memory */

static struct page all_pages[MANY];

struct page *
fake_page(unsigned long pfn)
{
	all_pages[pfn % MANY].pfn = pfn;
	return &all_pages[pfn % MANY];
}

void *
vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t protection)
{
	void *address = fake_alloc(count * sizeof(pte_t));

	if (!address)
		return NULL;
	fake_counts.addresses++;
	return address;
}

void
vunmap(const void *address)
{
	if (!address)
		abort();
	fake_counts.addresses--;
	fake_free(address);
}

/* All addresses share one entry. */
pte_t *
lookup_address(unsigned long address, unsigned int *level)
{
	static pte_t entry;

	*level = PG_LEVEL_4K;
	return fake_fails() ? NULL : &entry;
}

int
apply_to_page_range(struct mm_struct *mm, unsigned long address, unsigned long size,
		    int (*function)(pte_t *pte, unsigned long address, void *data), void *data)
{
	static pte_t entry;

	for (unsigned long at = address; at < address + size; at += PAGE_SIZE) {
		if (fake_fails())
			return -ENOMEM;
		int ret = function(&entry, at, data);
		if (ret)
			return ret;
	}
	return 0;
}

int
mmu_interval_notifier_insert_locked(struct mmu_interval_notifier *notifier, struct mm_struct *mm,
				    unsigned long start, unsigned long length,
				    const struct mmu_interval_notifier_ops *ops)
{
	if (fake_fails())
		return -ENOMEM;
	notifier->ops = ops;
	fake_counts.notifiers++;
	return 0;
}

void
mmu_interval_notifier_remove(struct mmu_interval_notifier *notifier)
{
	fake_counts.notifiers--;
}

/* DMA */

int
sg_alloc_table_from_pages_segment(struct sg_table *table, struct page **pages, unsigned int count,
				  unsigned int offset, unsigned long size, unsigned int segment,
				  gfp_t flags)
{
	table->sgl = fake_alloc(count * sizeof(*table->sgl));
	if (!table->sgl)
		return -ENOMEM;
	table->nents = table->orig_nents = count;
	for (unsigned int i = 0; i < count; i++)
		table->sgl[i] = (struct scatterlist){.page = pages[i], .length = PAGE_SIZE};
	return 0;
}

void
sg_free_table(struct sg_table *table)
{
	fake_free(table->sgl);
}

/* The machine address of another domain's page is where map_one() says. */
int
dma_map_sgtable(struct device *device, struct sg_table *table, enum dma_data_direction direction,
		unsigned long attributes)
{
	if (fake_fails())
		return -EIO;
	fake_counts.dma++;
	if (device->dma_ops)
		return device->dma_ops->map_sg(device, table->sgl, (int)table->orig_nents,
					       direction, attributes) < 0;
	for (unsigned int i = 0; i < table->nents; i++) {
		struct scatterlist *sg = &table->sgl[i];

		sg->dma_address = fake_translated ? sg_phys(sg) : sg_phys(sg) + (1ul << 40);
		sg->dma_length = PAGE_SIZE;
		if (fake_bounces && i == table->nents - 1)
			sg->dma_address += PAGE_SIZE;
	}
	return 0;
}

void
dma_unmap_sgtable(struct device *device, struct sg_table *table, enum dma_data_direction direction,
		  unsigned long attributes)
{
	fake_counts.dma--;
}

/* work */

static struct list_head work = {&work, &work};

struct platform_device *
platform_device_register_simple(const char *name, int id, const void *resources, unsigned int count)
{
	struct platform_device *device = fake_alloc(sizeof(*device));

	return device ? device : ERR_PTR(-ENOMEM);
}

void
platform_device_unregister(struct platform_device *device)
{
	fake_free(device);
}

struct workqueue_struct *
alloc_workqueue(const char *name, unsigned int flags, int active)
{
	return fake_alloc(1);
}

void
destroy_workqueue(struct workqueue_struct *queue)
{
	fake_free(queue);
}

void
queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *delayed,
		   unsigned long delay)
{
	list_add(&delayed->work.link, &work);
}

bool
fake_has_work(void)
{
	return work.next != &work;
}

void
fake_run_work(void)
{
	struct list_head *first = work.next;
	struct work_struct *one = container_of(first, struct work_struct, link);

	list_del(first);
	one->function(one);
}

/* Xen: reference 666 is invalid; is_mapped says for each handle whether it is in use */

static bool is_mapped[MANY];

void
gnttab_set_map_op(struct gnttab_map_grant_ref *op, phys_addr_t address, u32 flags, grant_ref_t ref,
		  domid_t domid)
{
	*op = (struct gnttab_map_grant_ref){
		.host_addr = address, .flags = flags, .ref = ref, .dom = domid};
}

void
gnttab_set_unmap_op(struct gnttab_unmap_grant_ref *op, phys_addr_t address, u32 flags,
		    grant_handle_t handle)
{
	*op = (struct gnttab_unmap_grant_ref){
		.host_addr = address, .handle = handle, .status = -99};
}

int
gnttab_alloc_pages(int count, struct page **pages)
{
	if (fake_fails())
		return -ENOMEM;
	for (int i = 0; i < count; i++)
		pages[i] = fake_page(100 + (unsigned long)i);
	fake_counts.pages += count;
	return 0;
}

void
gnttab_free_pages(int count, struct page **pages)
{
	for (int i = 0; i < count; i++)
		if (pages[i]->mapped)
			abort();
	fake_counts.pages -= count;
}

static void
map_one(struct gnttab_map_grant_ref *op)
{
	if (fake_fails()) {
		op->status = GNTST_no_device_space;
		return;
	}
	if (op->ref == 666) {
		op->status = GNTST_bad_gntref;
		return;
	}
	grant_handle_t handle = 0;
	while (is_mapped[handle])
		handle++;
	is_mapped[handle] = true;
	fake_counts.grants++;
	op->handle = handle;
	op->dev_bus_addr = op->host_addr + (1ull << 40);
	op->status = GNTST_okay;
}

static void
unmap_one(struct gnttab_unmap_grant_ref *op)
{
	if (op->handle >= MANY || !is_mapped[op->handle])
		abort();
	is_mapped[op->handle] = false;
	fake_counts.grants--;
	op->status = GNTST_okay;
}

int
gnttab_map_refs(struct gnttab_map_grant_ref *ops, void *none, struct page **pages,
		unsigned int count)
{
	if (fake_fails())
		return -ENOSYS;
	for (unsigned int i = 0; i < count; i++) {
		map_one(&ops[i]);
		pages[i]->mapped = ops[i].status == GNTST_okay;
	}
	return 0;
}

int
gnttab_unmap_refs_sync(struct gntab_unmap_queue_data *queue)
{
	for (unsigned int i = 0; i < queue->count; i++) {
		unmap_one(&queue->unmap_ops[i]);
		queue->pages[i]->mapped = false;
	}
	return 0;
}

void
gnttab_batch_map(struct gnttab_map_grant_ref *ops, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		map_one(&ops[i]);
}

int
HYPERVISOR_grant_table_op(unsigned int command, void *ops, unsigned int count)
{
	struct gnttab_unmap_grant_ref *unmap = ops;
	struct gnttab_query_size *query = ops;

	if (command == GNTTABOP_query_size) {
		if (fake_fails())
			return -ENOSYS;
		query->status = query->dom == fake_own_domid ? GNTST_okay : GNTST_general_error;
		return 0;
	}
	for (unsigned int i = 0; i < count; i++)
		unmap_one(&unmap[i]);
	return 0;
}

int
gnttab_grant_foreign_access(domid_t domid, unsigned long frame, int readonly)
{
	if (fake_fails())
		return -ENOSPC;
	fake_counts.granted++;
	return (int)fake_counts.granted + 8;
}

int
gnttab_try_end_foreign_access(grant_ref_t ref)
{
	if (fake_in_use)
		return 0;
	fake_counts.granted--;
	return 1;
}
