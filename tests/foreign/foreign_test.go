package foreign

import (
	"bufio"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// needed is a path that `cargo xtask test` names.
func needed(t *testing.T, name string) string {
	t.Helper()
	path := os.Getenv(name)
	if path == "" {
		t.Fatalf("%s is not set: this is run by `cargo xtask foreign`", name)
	}
	return path
}

func command(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	run := exec.Command(needed(t, "BAQYLAU_BINARY"), arguments...)
	run.Env = append(os.Environ(), "BAQYLAU_PASSPHRASE=demonstration only", "BAQYLAU_PIN=1234", "BAQYLAU_LOG=warn")
	run.Stderr = os.Stderr
	return run
}

func baqylau(t *testing.T, arguments ...string) {
	t.Helper()
	if out, err := command(t, arguments...).Output(); err != nil {
		t.Fatalf("%v: %v\n%s", arguments, err, out)
	}
}

// started runs a program until the test ends; it says its address and its key in two lines.
func started(t *testing.T, key string, arguments ...string) (address, vkey string) {
	t.Helper()
	run := command(t, arguments...)
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		run.Process.Kill()
		run.Wait()
	})
	lines := bufio.NewScanner(out)
	said := func(word string) string {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), word) {
			t.Fatalf("%v says %q", arguments, lines.Text())
		}
		return strings.TrimPrefix(lines.Text(), word)
	}
	return said("listening on "), said(key)
}

func ofLog(t *testing.T, vkey string) note.Verifier {
	t.Helper()
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// The log of a whole mission, read in tiles and compared with its export, leaf by leaf.
func TestGoReadsTheLogOfAMission(t *testing.T) {
	mission := filepath.Join(needed(t, "BAQYLAU_DEMOS"), "kazakhstan-2023", "mission")
	export := filepath.Join(t.TempDir(), "log.cbor")
	baqylau(t, "desk", "log", "--folder", mission, export)
	file, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := exported(file)
	if err != nil {
		t.Fatal(err)
	}
	folder := copyFolder(t, filepath.Join(mission, "server"))
	address, vkey := started(t, "log key ", "serve", "--folder", folder, "--listen", "127.0.0.1:0", "--no-tls")
	prefix := "http://" + address + "/v1"
	_, tree, err := head(prefix+"/checkpoint", ofLog(t, vkey))
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(leaves)) > tree.N || len(leaves) < 2000 {
		t.Fatalf("%d leaves were exported, and the log has %d", len(leaves), tree.N)
	}
	server := &tiles{prefix: prefix, saved: map[tlog.Tile][]byte{}}
	hashes := tlog.TileHashReader(tree, server)
	for i, leaf := range leaves {
		proof, err := tlog.ProveRecord(tree.N, int64(i), hashes)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(leaf)); err != nil {
			t.Fatalf("leaf %d: %v", i, err)
		}
	}
	for _, old := range []int64{1, 2, 255, 256, 257, 512, 1000, tree.N - 1, tree.N} {
		root, err := tlog.TreeHash(old, hashes)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := tlog.ProveTree(tree.N, old, hashes)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, root); err != nil {
			t.Fatalf("from %d: %v", old, err)
		}
	}
	t.Logf("%d leaves of %d, in %d tiles", len(leaves), tree.N, len(server.saved))
}

// A mission that grows, watched by a witness in Go and by the project's own.
func TestWitnessInGoCosignsAMissionThatGrows(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	// Phones know the server by its port, so one is taken that is free.
	idle := httptest.NewServer(nil)
	address := idle.Listener.Addr().String()
	idle.Close()
	url := "https://" + address
	baqylau(t, "mission", "new", at("mission"), "--source", needed(t, "BAQYLAU_MISSIONS")+"/kazakhstan-2023", "--server", url)

	serve := []string{"serve", "--folder", at("mission/server"), "--listen", address}
	// The log's key is known when it was started once.
	var vkey string
	t.Run("first start", func(t *testing.T) { _, vkey = started(t, "log key ", serve...) })
	log := ofLog(t, vkey)
	foreign, foreignKey, err := newWitness("witness.example/go", log)
	if err != nil {
		t.Fatal(err)
	}
	inGo := httptest.NewServer(foreign)
	defer inGo.Close()
	own, ownKey := started(t, "key ", "witness", "--folder", at("witness"), "--listen", "127.0.0.1:0",
		"--name", "witness.example/own", "--log", vkey)
	ownVerifier, err := ofWitness(ownKey)
	if err != nil {
		t.Fatal(err)
	}
	started(t, "log key ", append(serve, "--witness", inGo.URL+"+"+foreignKey, "--witness", "http://"+own+"+"+ownKey)...)

	baqylau(t, "mission", "build", "--folder", at("mission"), "--publish")
	for i, person := range []string{"p001", "p003", "p005"} {
		baqylau(t, "mission", "invite", "--folder", at("mission"), person, "--out", at("invites"))
		baqylau(t, "observe", "enrol", "--store", at(person), "--invite", at("invites/"+person+".txt"))
		cosigned, tree := untilCosigned(t, url, int64(i+1), log, foreign.signer.Verifier(), ownVerifier)
		if len(cosigned.Sigs) != 3 || len(cosigned.UnverifiedSigs) != 0 {
			t.Fatalf("%d signatures verify, %d do not", len(cosigned.Sigs), len(cosigned.UnverifiedSigs))
		}
		t.Logf("%d leaves, cosigned by %s and %s", tree.N, cosigned.Sigs[1].Name, cosigned.Sigs[2].Name)
	}
	foreign.mutex.Lock()
	defer foreign.mutex.Unlock()
	if len(foreign.from) < 3 || foreign.from[len(foreign.from)-1] == 0 {
		t.Fatalf("the witness in Go went on from %v", foreign.from)
	}
}

func untilCosigned(t *testing.T, url string, size int64, log note.Verifier, witnesses ...note.Verifier) (*note.Note, tlog.Tree) {
	t.Helper()
	var err error
	for range 600 {
		var cosigned *note.Note
		var tree tlog.Tree
		cosigned, tree, err = head(url+"/v1/checkpoint?cosigned=2", log, witnesses...)
		if err == nil && tree.N >= size {
			return cosigned, tree
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("no head of %d leaves was cosigned: %v", size, err)
	return nil, tlog.Tree{}
}
