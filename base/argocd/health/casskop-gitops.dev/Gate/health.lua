-- Healthy as soon as the gate controller has judged it, whether it holds or not: a Gate stands in a sync wave before the CassandraCluster, and
-- an operation that waits for a wave takes no new commit. So it is not the wave that holds but the API server. Degraded when
-- waiting does not help.
local status = obj.status or {}
if status.observedGeneration ~= obj.metadata.generation then
  return {status = "Progressing", message = "the gate controller has not looked at it yet"}
end
local stalled, ready = false, nil
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Stalled" and condition.status == "True" then
    stalled = true
  elseif condition.type == "Ready" then
    ready = condition
  end
end
if ready == nil then
  return {status = "Progressing", message = "the gate controller has not judged it yet"}
end
local message = ready.reason .. ": " .. ready.message
if stalled then
  return {status = "Degraded", message = message}
elseif ready.status == "True" then
  return {status = "Healthy", message = "open: " .. message}
end
return {status = "Healthy", message = "held: " .. message}
