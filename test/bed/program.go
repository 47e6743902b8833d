package bed

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
)

// programs are what Program has built, or has failed to.
var programs struct {
	sync.Mutex
	built map[string]error
}

// Program is the path of a program of the repository, built from cmd/<name> as it is now, once in a process.
func Program(name string) (string, error) {
	programs.Lock()
	defer programs.Unlock()
	file := filepath.Join(Scratch(), name)
	if err, known := programs.built[name]; known {
		return file, err
	}
	cmd := exec.Command("go", "build", "-o", file, "./cmd/"+name)
	cmd.Dir = Root()
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build ./cmd/%s: %w\n%s", name, err, out)
	}
	if programs.built == nil {
		programs.built = map[string]error{}
	}
	programs.built[name] = err
	return file, err
}
