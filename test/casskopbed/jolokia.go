package casskopbed

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// jolokiaPort is where the agent listens, and what the bootstrap script tries.
const jolokiaPort = 8778

// question is a request to a Jolokia agent, as far as CassKop makes any.
type question struct {
	Type, MBean, Attribute, Operation string
	Arguments                         []any
}

// jolokia is the agent in the process of a node.
func (c *Cassandra) jolokia(identity string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q question
		answer := map[string]any{"status": http.StatusOK}
		value, err := any(nil), json.NewDecoder(r.Body).Decode(&q)
		if err == nil {
			value, err = c.answer(identity, q)
		}
		if answer["value"] = value; err != nil {
			answer["status"], answer["error"] = http.StatusNotFound, err.Error()
		}
		_ = json.NewEncoder(w).Encode(answer) // a reader that went away needs no answer
	})
}

func (c *Cassandra) answer(identity string, q question) (any, error) {
	switch q.Type + " " + q.MBean {
	case "READ org.apache.cassandra.db:type=StorageService":
		return c.attribute(identity, q.Attribute)
	case "EXEC org.apache.cassandra.db:type=StorageService":
		return c.operation(identity, q)
	case "READ org.apache.cassandra.net:type=StreamManager", "READ org.apache.cassandra.db:type=CompactionManager":
		return []any{}, nil // nothing is streamed or compacted
	}
	return nil, fmt.Errorf("%s %s is not simulated", q.Type, q.MBean)
}

// attribute is what a node says about itself and its ring.
func (c *Cassandra) attribute(identity, name string) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	self := c.nodes[identity]
	switch name {
	case "OperationMode":
		return self.mode, nil
	case "HostIdMap":
		return c.hostIDs(self.ring), nil
	case "JoiningNodes":
		return c.addresses(self.ring, Joining), nil
	case "LeavingNodes":
		return c.addresses(self.ring, Leaving), nil
	case "LiveNodes":
		return c.addresses(self.ring, Starting, Normal, Leaving), nil
	case "Keyspaces":
		return c.keyspaceNames(), nil
	}
	return nil, fmt.Errorf("attribute %s is not simulated", name)
}

// operation does what CassKop has a node do.
func (c *Cassandra) operation(identity string, q question) (any, error) {
	switch q.Operation {
	case "decommission":
		c.decommission(identity)
		return nil, nil
	case "removeNode":
		hostID, _ := q.Arguments[0].(string) // there is no node of another name
		c.remove(hostID)
		return nil, nil
	case "describeRingJMX":
		keyspace, _ := q.Arguments[0].(string) // there is no keyspace of another name
		return c.describeRing(keyspace), nil
	case "rebuild(java.lang.String)", "forceKeyspaceCleanup(java.lang.String,[Ljava.lang.String;)",
		"upgradeSSTables(java.lang.String,boolean,int,[Ljava.lang.String;)":
		return 0, nil // no data
	}
	return nil, fmt.Errorf("operation %s is not simulated", q.Operation)
}
