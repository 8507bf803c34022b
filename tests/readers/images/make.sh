#!/bin/sh
# Makes the images beside it from one small tree of harmless files. Run by hand where a format is
# added; tests read what stands here. Needs squashfs-tools, e2fsprogs, genromfs, util-linux (cramfs),
# genisoimage, 7zip, u-boot-tools, device-tree-compiler, mtd-utils, dosfstools, mtools and
# android-sdk-libsparse-utils.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p tree/etc tree/bin tree/a/b/c
echo hello > tree/etc/hello
: > tree/etc/empty
ln -s ../etc/hello tree/bin/link
ln -s /etc/hello tree/abs
python3 -c "
open('tree/bin/long', 'wb').write(b'start' + bytes(100_000) + b'middle' * 500 + b'end')
open('tree/a/b/c/\u00e9t\u00e9', 'wb').write(b'odd')"
chmod 755 tree tree/etc tree/bin tree/a tree/a/b tree/a/b/c && chmod 644 tree/etc/* tree/a/b/c/* && chmod 4755 tree/bin/long
find tree -exec touch -h -d 2026-01-01T00:00:00Z {} +
keep() { gzip -9 -n -c "$1" > "$here/$1.gz"; }
for method in gzip xz lzo lz4 zstd lzma; do
  mksquashfs tree "$method.squashfs" -comp $method -noappend -quiet -no-progress -all-root \
    -mkfs-time 0 -p 'console c 600 0 0 5 1' > /dev/null
  keep $method.squashfs
done
mkdir -p bare/a bare/b bare/c && echo hello | tee bare/b/hello > bare/c/hello
mksquashfs bare empty-folder.squashfs -noappend -quiet -no-progress -all-root -all-time 0 -mkfs-time 0 > /dev/null
keep empty-folder.squashfs
for kind in ext2 ext4; do
  mke2fs -q -t $kind -d tree -U 00000000-0000-0000-0000-000000000001 $kind.ext 512k 2> /dev/null
  keep $kind.ext
done
mke2fs -q -t ext4 -O inline_data -d tree -U 00000000-0000-0000-0000-000000000001 inline.ext 512k 2> /dev/null
keep inline.ext
genromfs -d tree -f tree.romfs && keep tree.romfs
mkfs.cramfs tree little.cramfs > /dev/null && keep little.cramfs
mkfs.cramfs -N big tree big.cramfs > /dev/null && keep big.cramfs
genisoimage -quiet -R -o unix.iso tree && keep unix.iso
genisoimage -quiet -J -o wide.iso tree 2> /dev/null && keep wide.iso
for method in LZMA2 LZMA BZip2 Deflate Copy PPMd; do
  (cd tree && 7zz a -bso0 -snl -m0=$method "../$method.7z" . ) && keep $method.7z
done
(cd tree && 7zz a -bso0 -snl -m0=BCJ -m1=LZMA ../filtered.7z .) && keep filtered.7z
(cd tree && 7zz a -bso0 -snl -psecret ../encrypted.7z .) && keep encrypted.7z
gzip -n -c tree/bin/long > long.gz
SOURCE_DATE_EPOCH=1767225600 mkimage -A mips -T kernel -C gzip -d long.gz -n 'a kernel' kernel.uimage > /dev/null
keep kernel.uimage
printf '%s' '/dts-v1/; / { description = "x"; #address-cells = <1>; images {
  kernel { data = /incbin/("long.gz"); type = "kernel"; arch = "arm64"; os = "linux";
    compression = "gzip"; load = <0>; entry = <0>; };
  rootfs { data = /incbin/("xz.squashfs"); type = "filesystem"; arch = "arm64"; os = "linux";
    compression = "none"; }; };
  configurations { default = "c"; c { kernel = "kernel";
    signature { algo = "sha256,rsa2048"; key-name-hint = "dev"; sign-images = "kernel"; }; }; }; };' > fit.its
SOURCE_DATE_EPOCH=1767225600 mkimage -f fit.its inside.itb > /dev/null 2>&1 && keep inside.itb
SOURCE_DATE_EPOCH=1767225600 mkimage -E -f fit.its outside.itb > /dev/null 2>&1 && keep outside.itb
mkfs.jffs2 -r tree -o little.jffs2 -l -n -U > /dev/null 2>&1 && keep little.jffs2
mkfs.jffs2 -r tree -o big.jffs2 -b -n -U -m size > /dev/null 2>&1 && keep big.jffs2
for method in lzo zlib zstd; do
  mkfs.ubifs -r tree -m 512 -e 15360 -c 40 -x $method -U -o $method.ubifs > /dev/null 2>&1
  keep $method.ubifs
done
printf '[a]\nmode=ubi\nimage=lzo.ubifs\nvol_id=0\nvol_type=dynamic\nvol_name=rootfs\nvol_size=1MiB\n' > ubi.ini
printf '[b]\nmode=ubi\nimage=xz.squashfs\nvol_id=1\nvol_type=static\nvol_name=kernel\nvol_size=32KiB\n' >> ubi.ini
ubinize -o volumes.ubi -p 16KiB -m 512 -s 512 -Q 1 ubi.ini > /dev/null 2>&1 && keep volumes.ubi
for bits in 12 16; do
  mkfs.vfat -F $bits -s 1 -i 1 -C fat$bits.fat $((bits == 16 ? 2300 : 700)) > /dev/null
  mcopy -s -m -i fat$bits.fat tree/etc tree/bin tree/a :: 2> /dev/null || true  # no links
  keep fat$bits.fat
done
img2simg fat12.fat card.simg && keep card.simg
