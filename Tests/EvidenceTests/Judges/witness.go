// A judge of cosignatures that shares no code with Callark: Go's own reader of signed notes, from Debian's packages golang-go and
// golang-golang-x-mod-dev, and of c2sp.org/tlog-cosignature the one rule that this reader does not know. Built without modules and
// without a network:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o witness witness.go
//
//	witness check CHECKPOINT LINES LOGKEY WITNESSKEY      prints the size that was signed, and when, in seconds since 1970
//	witness mutations CHECKPOINT LINES LOGKEY WITNESSKEY  changes each byte of the lines, and names each change that is not refused
//
// CHECKPOINT is a file with the log's signature; LINES is one with what the witness gave. Exit code 0 if it is valid, 1 if not.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
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

// The type of an Ed25519 key for cosignatures, which precedes the key.
const cosignature = 4

// A note.Verifier for a witness. What it verifies is the time, eight bytes, and a signature of that time and the text.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	time uint64
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	w.time = binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", w.time, text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}

func newWitness(vkey string) (*witness, error) {
	parts := strings.SplitN(strings.TrimSpace(vkey), "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a verifier key: %q", vkey)
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil || len(parts[1]) != 8 {
		return nil, fmt.Errorf("not the ID of a key: %q", parts[1])
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignature {
		return nil, fmt.Errorf("not a key for cosignatures: %q", parts[2])
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if binary.BigEndian.Uint32(sum[:]) != uint32(hash) {
		return nil, fmt.Errorf("the ID is not that of the key: %q", vkey)
	}
	return &witness{name: parts[0], hash: uint32(hash), key: key[1:]}, nil
}

// The text of a checkpoint that the log and the witness have signed.
func check(checkpoint, lines []byte, log note.Verifier, w *witness) (string, error) {
	w.time = 0
	whole := append(append([]byte(nil), checkpoint...), lines...)
	opened, err := note.Open(whole, note.VerifierList(log, w))
	if err != nil {
		return "", err
	}
	text := strings.SplitN(string(checkpoint), "\n\n", 2)[0] + "\n"
	if opened.Text != text || !strings.HasPrefix(text, log.Name()+"\n") || strings.Count(text, "\n") != 3 {
		return "", fmt.Errorf("not a checkpoint of %s", log.Name())
	}
	if len(opened.Sigs) != 2 || opened.Sigs[0].Hash != log.KeyHash() || opened.Sigs[1].Hash != w.hash {
		return "", fmt.Errorf("not signed by both: %d signatures hold", len(opened.Sigs))
	}
	return text, nil
}

func mutations(checkpoint, lines []byte, log note.Verifier, w *witness) {
	text, err := check(checkpoint, lines, log, w)
	must(err)
	time, tried := w.time, 0
	for at := range lines {
		for _, value := range []byte{lines[at] ^ 1, lines[at] ^ 2, lines[at] ^ 4, lines[at] ^ 8, lines[at] ^ 16, lines[at] ^ 32,
			lines[at] ^ 64, lines[at] ^ 128, '\n', ' ', '=', '0'} {
			if value == lines[at] {
				continue
			}
			changed := append([]byte(nil), lines...)
			changed[at] = value
			tried++
			// Bits of the last digit that stand for no byte may be others: the decoded bytes count.
			found, err := check(checkpoint, changed, log, w)
			if err == nil && (found != text || w.time != time || !isSame(changed, lines)) {
				fmt.Printf("ACCEPTED: byte %d as %d\n", at, value)
				os.Exit(1)
			}
		}
	}
	fmt.Printf("%d refused\n", tried)
}

// Whether two lines have the same name and decode to the same bytes.
func isSame(a, b []byte) bool {
	first, second := strings.Fields(string(a)), strings.Fields(string(b))
	if len(first) != 3 || len(second) != 3 || first[1] != second[1] {
		return false
	}
	one, _ := base64.StdEncoding.DecodeString(first[2])
	other, _ := base64.StdEncoding.DecodeString(second[2])
	return string(one) == string(other)
}

func main() {
	if len(os.Args) != 6 {
		os.Exit(64)
	}
	log, err := note.NewVerifier(strings.TrimSpace(os.Args[4]))
	must(err)
	w, err := newWitness(os.Args[5])
	must(err)
	checkpoint, lines := read(os.Args[2]), read(os.Args[3])
	switch os.Args[1] {
	case "check":
		text, err := check(checkpoint, lines, log, w)
		must(err)
		fmt.Printf("%s %d\n", strings.Split(text, "\n")[1], w.time)
	case "mutations":
		mutations(checkpoint, lines, log, w)
	default:
		os.Exit(64)
	}
}
