// A judge that shares no code with Callark: Go's own readers of signed notes and transparency logs, from Debian's packages
// golang-go and golang-golang-x-mod-dev. Built without modules and without a network:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o judge judge.go
//
//	judge log DIR VKEY                     every entry against its tile and its proof, every tile against the checkpoint
//	judge proof PROOF ENTRY VKEY           a .tlog-proof file
//	judge consistency OLD NEW HASHES VKEY  that one checkpoint continues from another
//	judge mutations PROOF ENTRY VKEY       changes each byte of the proof, and names each change that is not refused
//
// Exit code 0 if it is valid, 1 if not.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	bytes, err := os.ReadFile(path)
	must(err)
	return bytes
}

// The package calls a tile "tile/8/L/N[.p/W]"; the height is left out of the path in C2SP's format.
type tiles struct{ dir string }

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range wanted {
		bytes, err := os.ReadFile(filepath.Join(t.dir, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

// A checkpoint; the package's own parser expects another first line.
func open(message []byte, verifier note.Verifier) (tree tlog.Tree, opened *note.Note, err error) {
	opened, err = note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, opened, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return
	}
	if strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, opened, fmt.Errorf("size %q", lines[1])
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return
}

func hashes(lines []string) (found []tlog.Hash, err error) {
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return
}

// The content of a proof after decoding.
type proof struct {
	Index      int64
	Path       []tlog.Hash
	Tree       tlog.Tree
	Text       string
	Signatures []note.Signature
}

func check(file, entry []byte, verifier note.Verifier) (p proof, err error) {
	parts := strings.SplitN(string(file), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return p, fmt.Errorf("not a proof")
	}
	if p.Index, err = strconv.ParseInt(lines[1][len("index "):], 10, 64); err != nil {
		return
	}
	if p.Path, err = hashes(lines[2:]); err != nil {
		return
	}
	var opened *note.Note
	if p.Tree, opened, err = open([]byte(parts[1]), verifier); err != nil {
		return
	}
	p.Text, p.Signatures = opened.Text, opened.Sigs
	for i := range p.Signatures {
		// The decoded bytes count, not their encoding.
		p.Signatures[i].Base64 = ""
	}
	return p, tlog.CheckRecord(p.Path, p.Tree.N, p.Tree.Hash, p.Index, tlog.RecordHash(entry))
}

func judgeLog(dir string, verifier note.Verifier) {
	tree, _, err := open(read(dir+"/checkpoint"), verifier)
	must(err)
	reader := tlog.TileHashReader(tree, tiles{dir})
	for first := int64(0); first < tree.N; first += 256 {
		width := int(tree.N - first)
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: 0, N: first / 256, W: width}.Path()
		bundle := read(filepath.Join(dir, strings.Replace(path, "tile/8/0/", "tile/entries/", 1)))
		for i := int64(0); i < int64(width); i++ {
			size := int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2 : 2+size]
			bundle = bundle[2+size:]
			found, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, first+i)})
			must(err)
			if found[0] != tlog.RecordHash(entry) {
				must(fmt.Errorf("entry %d is not what its tile says", first+i))
			}
			if (first+i)%97 == 0 || first+i == tree.N-1 {
				path, err := tlog.ProveRecord(tree.N, first+i, reader)
				must(err)
				must(tlog.CheckRecord(path, tree.N, tree.Hash, first+i, tlog.RecordHash(entry)))
			}
		}
		if len(bundle) != 0 {
			must(fmt.Errorf("the bundle at %d is longer than its entries", first))
		}
	}
	fmt.Printf("%d %s\n", tree.N, tree.Hash)
}

func judgeMutations(file, entry []byte, verifier note.Verifier) {
	whole, err := check(file, entry, verifier)
	must(err)
	tried := 0
	for at := range file {
		for _, value := range []byte{file[at] ^ 1, file[at] ^ 2, file[at] ^ 4, file[at] ^ 8, file[at] ^ 16, file[at] ^ 32, file[at] ^ 64, file[at] ^ 128, '\n', ' ', '=', '0'} {
			if value == file[at] {
				continue
			}
			changed := append([]byte(nil), file...)
			changed[at] = value
			tried++
			found, err := check(changed, entry, verifier)
			if err == nil && !reflect.DeepEqual(found, whole) {
				fmt.Printf("ACCEPTED: byte %d as %d\n", at, value)
				os.Exit(1)
			}
		}
	}
	fmt.Printf("%d refused\n", tried)
}

func main() {
	arguments := os.Args[1:]
	verifier, err := note.NewVerifier(strings.TrimSpace(arguments[len(arguments)-1]))
	must(err)
	switch arguments[0] {
	case "log":
		judgeLog(arguments[1], verifier)
	case "proof":
		found, err := check(read(arguments[1]), read(arguments[2]), verifier)
		must(err)
		fmt.Printf("%d of %d\n", found.Index, found.Tree.N)
	case "mutations":
		judgeMutations(read(arguments[1]), read(arguments[2]), verifier)
	case "consistency":
		old, _, err := open(read(arguments[1]), verifier)
		must(err)
		new, _, err := open(read(arguments[2]), verifier)
		must(err)
		path, err := hashes(strings.Fields(string(read(arguments[3]))))
		must(err)
		if old.N == 0 || old.N == new.N {
			if len(path) != 0 || old.N == new.N && old.Hash != new.Hash {
				must(fmt.Errorf("not consistent"))
			}
		} else {
			must(tlog.CheckTree(path, new.N, new.Hash, old.N, old.Hash))
		}
		fmt.Printf("%d of %d\n", old.N, new.N)
	default:
		os.Exit(64)
	}
}
