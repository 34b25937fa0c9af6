-- Twenty files, one after the other.
local names = {}
local endings = { "html", "css", "js" }
for i = 0, 19 do names[i] = "/mixed" .. i .. "." .. endings[i % 3 + 1] end
local at = 0
request = function()
  at = (at + 1) % 20
  return wrk.format("GET", names[at])
end
