/* SPDX-License-Identifier: MIT */
/*
 * The module's own code, as a program: stories that use its device. Each story is repeated until
 * every call in it that can fail has failed once. Whatever the results, nothing may be left at the
 * end, and a call that returns an error must have no effect. Run by tests/kernel/run.
 */
#include "fake.h"

#include "xen-dmabuf.h"

#define PAGES 300u

static struct file file;
static u32 refs[PAGES];
static struct device gpu, gpu_with_iommu = {.has_iommu = true};
static int mistakes;

#define expect(condition)                                                                          \
	((condition) ? (void)0                                                                     \
		     : (void)(mistakes++,                                                          \
			      printf("# %s:%d: not %s\n", __func__, __LINE__, #condition)))

static long
call(unsigned int command, void *argument)
{
	return fake_device->fops->unlocked_ioctl(&file, command, (unsigned long)argument);
}

static int
export_of(u32 domid, u32 count, u32 flags, int event)
{
	struct xen_dmabuf_export argument = {flags, domid, count, event, (uintptr_t)refs};

	return (int)call(XEN_DMABUF_EXPORT, &argument);
}

/* The stories. While a call fails (fake_fail_at), the ones after it may fail too. */

static void
export_and_close(void)
{
	int fd = export_of(1, PAGES, 0, 5);

	if (fd < 0)
		return;
	expect(*fake_param_pages == PAGES && fake_counts.grants == PAGES);
	long told = fake_told;
	fake_close(fd);
	expect(fake_told == told + 1);
}

static void
bad_reference(void)
{
	for (unsigned int bad = 0; bad < PAGES; bad += 149) {
		refs[bad] = 666;
		int ret = export_of(1, PAGES, XEN_DMABUF_READONLY, -1);
		refs[bad] = 1;
		expect(ret < 0 && (fake_fail_at || ret == -EINVAL));
		expect(fake_counts.grants == 0 && fake_counts.pages == 0 && *fake_param_pages == 0);
	}
}

static void
wrong_arguments(void)
{
	expect(export_of(0x7ff0, 1, 0, -1) < 0);
	expect(export_of(0x10001, 1, 0, -1) < 0);
	expect(export_of(1, 0, 0, -1) < 0);
	if (fake_translated)
		expect(export_of(0, 1, 0, -1) < 0);
	/* in a driver domain, the module asks Xen whether a domid is its own */
	fake_own_domid = 5;
	if (fake_translated)
		expect(export_of(5, 1, 0, -1) < 0);
	fake_own_domid = 0;
	expect(export_of(1, PAGES, 2, -1) < 0);
	expect(export_of(1, PAGES, 0, -2) < 0);
	expect(call(12345, NULL) == -ENOTTY);
}

static void
import_with(struct device *device, enum dma_data_direction direction, int fd, int *error)
{
	struct dma_buf *dmabuf = fake_dmabuf(fd);
	struct dma_buf_attachment *attach = dma_buf_attach(dmabuf, device);

	*error = IS_ERR(attach) ? (int)PTR_ERR(attach) : 0;
	if (*error)
		return;
	struct sg_table *table = dma_buf_map_attachment_unlocked(attach, direction);
	*error = PTR_ERR_OR_ZERO(table);
	if (!*error) {
		dmabuf->ops->begin_cpu_access(dmabuf, DMA_TO_DEVICE);
		dmabuf->ops->end_cpu_access(dmabuf, DMA_TO_DEVICE);
		expect(table->orig_nents == PAGES);
		dma_buf_unmap_attachment_unlocked(attach, table, direction);
	}
	dma_buf_detach(dmabuf, attach);
}

static void
imports(void)
{
	int error, fd = export_of(1, PAGES, XEN_DMABUF_READONLY, -1);

	if (fd < 0)
		return;
	import_with(&gpu, DMA_BIDIRECTIONAL, fd, &error);
	expect(error == 0 || fake_fail_at);
	import_with(&gpu_with_iommu, DMA_TO_DEVICE, fd, &error);
	expect(error == 0 || fake_fail_at);
	import_with(&gpu, DMA_FROM_DEVICE, fd, &error);
	expect(error == -EACCES || fake_fail_at);
	fake_bounces = true;
	import_with(&gpu, DMA_TO_DEVICE, fd, &error);
	expect(error == -EIO || fake_fail_at);
	fake_bounces = false;
	fake_close(fd);
}

static int
map_area(int fd, struct vm_area_struct *vma, unsigned long flags)
{
	*vma = (struct vm_area_struct){0x100000, 0x100000 + PAGES * PAGE_SIZE, 0, flags, NULL, NULL,
				       NULL};
	return fake_dmabuf(fd)->ops->mmap(fake_dmabuf(fd), vma);
}

static void
unmap_area(struct vm_area_struct *vma)
{
	if (vma->vm_ops)
		vma->vm_ops->close(vma);
}

static void
mappings(void)
{
	struct vm_area_struct vma, second;
	int fd = export_of(1, PAGES, 0, -1);

	if (fd < 0)
		return;
	expect(map_area(fd, &vma, VM_READ) == -EINVAL);
	int ret = map_area(fd, &vma, VM_READ | VM_WRITE | VM_MAYWRITE | VM_MAYSHARE);
	expect(ret == 0 || fake_fail_at);
	if (ret == 0) {
		expect((vma.vm_flags & VM_DONTCOPY) && (vma.vm_flags & VM_PFNMAP));
		expect(*fake_param_pages == (fake_translated ? PAGES : 2 * PAGES));
		if (vma.vm_ops) {
			/* the area is split, and a part of it is unmapped */
			second = vma;
			vma.vm_ops->open(&second);
			expect(vma.vm_ops->mprotect(&vma, 0, 0, VM_READ) == -EACCES);
			expect(vma.vm_ops->mremap(&vma) == -EINVAL);
			unmap_area(&second);
			expect(fake_counts.grants == 2 * PAGES);
		}
		unmap_area(&vma);
	}
	expect(fake_counts.grants == PAGES);
	fake_close(fd);
	fd = export_of(1, PAGES, XEN_DMABUF_READONLY, -1);
	if (fd < 0)
		return;
	expect(map_area(fd, &vma, VM_READ | VM_WRITE | VM_MAYWRITE | VM_MAYSHARE) == -EACCES);
	if (map_area(fd, &vma, VM_READ | VM_MAYWRITE | VM_MAYSHARE) == 0) {
		expect(!(vma.vm_flags & VM_MAYWRITE));
		unmap_area(&vma);
	}
	fake_close(fd);
}

static void
for_the_kernel(void)
{
	struct iosys_map map;
	int fd = export_of(1, PAGES, 0, -1);

	if (fd < 0)
		return;
	struct dma_buf *dmabuf = fake_dmabuf(fd);
	for (int twice = 0; twice < 2; twice++) {
		int ret = dmabuf->ops->vmap(dmabuf, &map);
		expect(ret == 0 || fake_fail_at);
		if (ret == 0)
			dmabuf->ops->vunmap(dmabuf, &map);
	}
	expect(fake_counts.grants == PAGES && *fake_param_pages == PAGES);
	fake_close(fd);
}

static void
gntdev_calls(void)
{
	struct ioctl_gntdev_dmabuf_exp_from_refs export = {.count = 1, .domid = 1, .refs = {1}};
	struct ioctl_gntdev_dmabuf_exp_wait_released wait = {.wait_to_ms = 10};
	long ret = call(IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, &export);

	if (ret < 0)
		return;
	wait.fd = export.fd;
	ret = call(IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait);
	expect(ret == -ETIMEDOUT || fake_fail_at);
	fake_close((int)export.fd);
	ret = call(IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait);
	expect(ret == -ENOENT || fake_fail_at);
}

static void
offers(void)
{
	u32 space[5 + PAGES];
	struct ioctl_gntdev_dmabuf_imp_to_refs *offer = (void *)space;
	struct ioctl_gntdev_dmabuf_imp_release end = {0};
	int fd = fake_own_dmabuf(PAGES);

	for (int mapped = 0; mapped < 2; mapped++) {
		offer->fd = end.fd = (u32)fd;
		offer->count = PAGES;
		offer->domid = 1;
		fake_in_use = mapped;
		long ret = call(IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, offer);
		expect(ret == 0 || fake_fail_at);
		bool granted = ret == 0;
		expect(granted || mapped || fake_counts.granted == 0);
		ret = call(IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &end);
		/* only one call fails, so that a second try succeeds */
		if (granted && ret < 0)
			ret = call(IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &end);
		expect(ret == (granted ? 0 : -ENOENT) || fake_fail_at);
		if (mapped && granted)
			expect(fake_counts.granted == PAGES && *fake_param_pages == PAGES);
		if (!mapped)
			expect(fake_counts.granted == 0);
	}
	offer->count = PAGES - 1;
	expect(call(IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, offer) < 0);
	fake_close(fd);
	int foreign = export_of(1, PAGES, 0, -1);
	if (foreign >= 0) {
		offer->fd = (u32)foreign;
		offer->count = PAGES;
		expect(call(IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, offer) < 0);
		fake_close(foreign);
	}
}

/* The file is closed without withdrawing the offer. */
static void
forgotten_offer(void)
{
	u32 space[5 + 2];
	struct ioctl_gntdev_dmabuf_imp_to_refs *offer = (void *)space;
	int fd = fake_own_dmabuf(2);

	offer->fd = (u32)fd;
	offer->count = 2;
	offer->domid = 1;
	call(IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, offer);
	fake_close(fd);
}

static void
quotas(void)
{
	unsigned long total = *fake_param_max_pages, each = *fake_param_max_pages_per_open;
	struct vm_area_struct vma;

	*fake_param_max_pages_per_open = PAGES + 1;
	int fd = export_of(1, PAGES, 0, -1);
	if (fd >= 0) {
		expect(export_of(1, 2, 0, -1) < 0);
		if (!fake_translated)
			expect(map_area(fd, &vma, VM_READ | VM_MAYSHARE) < 0);
		fake_close(fd);
	}
	*fake_param_max_pages_per_open = each;
	*fake_param_max_pages = 1;
	expect(export_of(1, 2, 0, -1) < 0);
	expect(export_of(1, ~0u, 0, -1) < 0);
	*fake_param_max_pages = total;
}

static void
nothing(void)
{
}

static const struct {
	const char *name;
	void (*run)(void);
} stories[] = {
	{"the module comes and goes", nothing},
	{"export and close", export_and_close},
	{"a bad reference", bad_reference},
	{"wrong arguments", wrong_arguments},
	{"devices", imports},
	{"mappings of processes", mappings},
	{"mappings of the kernel", for_the_kernel},
	{"gntdev's calls", gntdev_calls},
	{"offers", offers},
	{"an offer that is forgotten", forgotten_offer},
	{"quotas", quotas},
};

static bool
is_clean(void)
{
	const struct fake_counts none = {0};

	if (memcmp(&fake_counts, &none, sizeof(none)) == 0 && *fake_param_pages == 0)
		return true;
	printf("# left: memory %ld, grants %ld, granted %ld, pages %ld, events %ld, dma-bufs %ld, numbers %ld, "
	       "addresses %ld, notifiers %ld, modules %ld, dma %ld; charged %lu\n",
	       fake_counts.memory, fake_counts.grants, fake_counts.granted, fake_counts.pages,
	       fake_counts.events, fake_counts.dmabufs, fake_counts.numbers, fake_counts.addresses,
	       fake_counts.notifiers, fake_counts.modules, fake_counts.dma, *fake_param_pages);
	return false;
}

/* One story, from loading the module to unloading it. */
static bool
tell(void (*story)(void), long fail_at)
{
	mistakes = 0;
	fake_calls = 0;
	fake_fail_at = fail_at;
	if (fake_module_init() == 0) {
		if (fake_device->fops->open(NULL, &file) == 0) {
			story();
			fake_device->fops->release(NULL, &file);
		}
		/* the other domain unmaps its pages only after the first try */
		if (fake_has_work())
			fake_run_work();
		fake_in_use = false;
		while (fake_has_work())
			fake_run_work();
		fake_module_exit();
	}
	return is_clean() && mistakes == 0;
}

int
main(void)
{
	int number = 0, failed = 0;
	size_t count = sizeof(stories) / sizeof(stories[0]);

	setvbuf(stdout, NULL, _IONBF, 0);
	printf("1..%zu\n", 2 * count);
	for (unsigned int i = 0; i < PAGES; i++)
		refs[i] = 1 + i;
	for (int kind = 0; kind < 2; kind++) {
		fake_translated = kind == 1;
		for (size_t i = 0; i < count; i++) {
			bool good = tell(stories[i].run, 0);
			long calls = fake_calls;

			for (long at = 1; good && at <= calls; at++) {
				good = tell(stories[i].run, at);
				if (!good)
					printf("# when call %ld of %ld fails\n", at, calls);
			}
			failed += !good;
			printf("%sok %d - %s, %s: each of %ld calls fails once\n",
			       good ? "" : "not ", ++number, stories[i].name,
			       fake_translated ? "translated" : "PV", calls);
		}
	}
	return failed != 0;
}
