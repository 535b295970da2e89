-- What somebody does in Neovim: opens a migration, types a fault, reads about it, excuses it, completes a rule's name.
-- Runs on Neovim 0.7 and later, which is what Debian has.

local PATIENCE = 60000

local function fail(message)
  io.stderr:write("FAILED: " .. message .. "\n")
  for _, told in ipairs(vim.diagnostic.get()) do
    io.stderr:write(vim.inspect({ told.code, told.lnum, told.col, told.message }) .. "\n")
  end
  vim.cmd("cquit 1")
end

local function check(holds, message)
  if not holds then
    fail(message)
  end
  io.stdout:write("ok: " .. message .. "\n")
end

local folder = vim.fn.getcwd()
local client = vim.lsp.start_client({
  name = "lawbook",
  cmd = { vim.env.LAWBOOK, "lsp" },
  root_dir = folder,
  workspace_folders = { { uri = vim.uri_from_fname(folder), name = "project" } },
})
check(client ~= nil, "the server starts")

local function edit(path, filetype)
  vim.cmd("edit " .. path)
  vim.bo.filetype = filetype
  vim.lsp.buf_attach_client(0, client)
end

local function told(code)
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.code == code or (one.user_data and one.user_data.lsp and one.user_data.lsp.code == code) then
      return one
    end
  end
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, PATIENCE) or {}
  local answer = answers[client] or {}
  if answer.err then
    fail(method .. ": " .. vim.inspect(answer.err))
  end
  return answer.result
end

local RULE = "alembic/unguarded-drop"
edit("migrations/versions/0002_deal_status.py", "python")
local last = vim.api.nvim_buf_line_count(0)
vim.api.nvim_buf_set_lines(0, last - 1, last, false, { "    op.drop_column('deals', 'status')" })
check(vim.wait(PATIENCE, function() return told(RULE) ~= nil end, 50), "a fault is told of while it is typed")
local finding = told(RULE)
check(finding.lnum == last - 1 and finding.col == 4, "it is told of at its place")

vim.api.nvim_win_set_cursor(0, { last, 8 })
local hover = request("textDocument/hover", vim.lsp.util.make_position_params(0, "utf-16"))
check(hover ~= nil and hover.contents.value:find("How to mend it", 1, true) ~= nil, "hovering explains the rule")

local asked = vim.lsp.util.make_range_params(0, "utf-16")
asked.context = { diagnostics = {} }
local chosen
for _, action in ipairs(request("textDocument/codeAction", asked)) do
  if action.title:find("on this line", 1, true) then
    chosen = action
  end
end
check(chosen ~= nil, "an exception for the line is offered")
vim.lsp.util.apply_workspace_edit(chosen.edit, "utf-16")
local line = vim.api.nvim_buf_get_lines(0, last - 1, last, false)[1]
check(line:find("# lawbook: allow " .. RULE .. " -- ", 1, true) ~= nil, "it is written behind the line")
check(vim.wait(PATIENCE, function() return told(RULE) == nil end, 50), "and the finding goes")

edit(".coding-rules-exceptions.yml", "yaml")
vim.api.nvim_buf_set_lines(0, 0, -1, false, { "exceptions:", "  alem" })
vim.api.nvim_win_set_cursor(0, { 2, 5 })
local position = vim.lsp.util.make_position_params(0, "utf-16")
position.position.character = 6
local items = request("textDocument/completion", position)
local labels = {}
for _, item in ipairs(items.items or items) do
  labels[item.label] = true
end
check(labels[RULE], "the names of rules are completed")

vim.lsp.stop_client(client)
check(vim.wait(PATIENCE, function() return vim.lsp.get_client_by_id(client) == nil end, 50), "the server ends")
vim.cmd("qall!")
