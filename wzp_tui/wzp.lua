-- wzp-tui's part of WezTerm: a key that swaps between the tower and the pane you came from, and the handler by
-- which the tower shows a pane of another workspace. `wzp-tui wezterm setup` writes this file, `… undo` removes it.
local wezterm = require 'wezterm'
local M = {}

local function find(matches)
  for _, window in ipairs(wezterm.mux.all_windows()) do
    for _, tab in ipairs(window:tabs()) do
      for _, pane in ipairs(tab:panes()) do
        if matches(pane, window) then
          return pane
        end
      end
    end
  end
end

local function show_workspace(name)
  for _, known in ipairs(wezterm.mux.get_workspace_names()) do
    if known == name and name ~= wezterm.mux.get_active_workspace() then
      wezterm.mux.set_active_workspace(name)
    end
  end
end

local function go(pane)
  local window = pane:window()
  show_workspace(window:get_workspace())
  pane:activate()
  pcall(function() window:gui_window():focus() end) -- a workspace that was hidden until now may have no window yet
end

local function is_tower(pane)
  return pane:get_user_vars().wzp_tower == '1'
end

local function to_tower(window, pane)
  local here = pane:window():get_workspace()
  local tower = find(function(each, of) return is_tower(each) and of:get_workspace() == here end) or find(is_tower)
  if not tower then
    window:toast_notification('wzp-tui', 'No tower is open: start one with `wzp-tui`.', nil, 4000)
    return
  end
  wezterm.GLOBAL.wzp_came_from = pane:pane_id()
  go(tower)
end

local function back(window, pane)
  local before = wezterm.GLOBAL.wzp_came_from
  local found = before and find(function(each) return each:pane_id() == before end)
  if found then
    go(found)
  else
    window:perform_action(wezterm.action.ActivateLastTab, pane)
  end
end

function M.swap(window, pane)
  if is_tower(pane) then
    back(window, pane)
  else
    to_tower(window, pane)
  end
end

-- What a program writes into a pane is never run: it can only choose among the panes and workspaces that there are.
function M.goto_pane(value)
  local tty, workspace = value:match '^([^:]*):(.*)$'
  local pane = tty and tty ~= '' and find(function(each) return each:get_tty_name() == tty end)
  if pane then
    go(pane)
  elseif workspace then -- a pane of a mux server: the tower chose it there, and its workspace is shown here
    show_workspace(workspace)
  end
end

wezterm.on('user-var-changed', function(_, _, name, value)
  if name == 'wzp_goto' then
    M.goto_pane(value)
  end
end)

function M.apply_to_config(config)
  if type(config) ~= 'table' then
    return
  end
  local keys = { { key = 'G', mods = 'CTRL|SHIFT', action = wezterm.action_callback(M.swap) } }
  for _, each in ipairs(config.keys or {}) do -- of two bindings of a key WezTerm takes the later one: yours
    table.insert(keys, each)
  end
  config.keys = keys
end

return M
