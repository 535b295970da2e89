//! Lanes: the vertical lines between a revision and its parents, drawn with box characters.
//!
//! Each parent that is still to come has exactly one lane, however many children lead to it. A revision is one row;
//! where its lines go elsewhere than straight down, a second row joins them:
//!
//! ```text
//! ○    merge
//! ├─╮
//! │ ○  right
//! ○ │  left
//! ├─╯
//! ○  base
//! ```

/// Lanes drawn side by side; what is further right is only hinted at, so that no input makes endless lines.
const MOST_LANES: usize = 24;

/// The lanes at a place between two rows.
#[derive(Default)]
pub(super) struct Lanes {
    /// The node that each lane leads to.
    lanes: Vec<Option<usize>>,
    /// The lane of each node, by node.
    lane_of: Vec<Option<usize>>,
}

impl Lanes {
    pub fn new(nodes: usize) -> Self {
        Self { lanes: Vec::new(), lane_of: vec![None; nodes] }
    }

    /// Returns the lane that leads to the node, or a free one for a node that nothing leads to.
    pub fn enter(&mut self, node: usize) -> usize {
        match self.lane_of[node] {
            Some(lane) => lane,
            None => self.take(node, 0),
        }
    }

    /// Returns the row of the node in `lane`.
    pub fn row(&self, lane: usize, glyph: char) -> String {
        self.line(|at| if at == lane { glyph } else { self.pass(at) }, lane)
    }

    /// Returns the row of a note below the node in `lane`, from which lines go on or not.
    pub fn note_row(&self, lane: usize, goes_on: bool) -> String {
        self.line(|at| if at == lane && !goes_on { ' ' } else { self.pass(at) }, 0)
    }

    /// Ends the node in `lane` and leads on to its parents. Returns the row that joins them, unless the only line goes
    /// straight down or none goes on.
    pub fn leave(&mut self, node: usize, lane: usize, parents: &[usize]) -> Option<String> {
        let before = self.lanes.len();
        let occupied: Vec<bool> = self.lanes.iter().map(Option::is_some).collect();
        self.lanes[lane] = None;
        self.lane_of[node] = None;
        let mut targets = Vec::with_capacity(parents.len());
        for &parent in parents {
            let target = match self.lane_of[parent] {
                Some(target) => target,
                None if self.lanes[lane].is_none() => {
                    self.lanes[lane] = Some(parent);
                    self.lane_of[parent] = Some(lane);
                    lane
                }
                None => self.take(parent, lane + 1),
            };
            targets.push(target);
        }
        // A line that is joined from the left moves there: the drawing stays narrow, and does not drift to the right.
        if self.lanes[lane].is_none()
            && let Some(at) = targets.iter().position(|target| *target > lane)
        {
            self.lanes[targets[at]] = None;
            self.lanes[lane] = Some(parents[at]);
            self.lane_of[parents[at]] = Some(lane);
        }
        let row = (targets.iter().any(|target| *target != lane)).then(|| {
            let was = |at: usize| at < before && occupied[at];
            self.joint(lane, &targets, was)
        });
        while self.lanes.last() == Some(&None) {
            self.lanes.pop();
        }
        row
    }

    /// Takes the first free lane from `from` on.
    fn take(&mut self, node: usize, from: usize) -> usize {
        let free = self.lanes.iter().skip(from).position(Option::is_none).map(|offset| from + offset);
        let lane = free.unwrap_or(self.lanes.len());
        if lane == self.lanes.len() {
            self.lanes.push(None);
        }
        self.lanes[lane] = Some(node);
        self.lane_of[node] = Some(lane);
        lane
    }

    fn pass(&self, lane: usize) -> char {
        if self.lanes.get(lane).is_some_and(Option::is_some) { '│' } else { ' ' }
    }

    /// Returns the row between a node in `lane` and its `targets`; `was` says which lanes came down to it.
    fn joint(&self, lane: usize, targets: &[usize], was: impl Fn(usize) -> bool) -> String {
        let low = targets.iter().copied().fold(lane, usize::min);
        let high = targets.iter().copied().fold(lane, usize::max);
        let mut is_target = vec![false; high + 1];
        for target in targets {
            is_target[*target] = true;
        }
        let mut row = String::new();
        for at in 0..self.lanes.len().min(MOST_LANES) {
            let joins = at == lane || is_target.get(at) == Some(&true);
            let inside = (low..=high).contains(&at);
            row.push(match (joins, self.pass(at)) {
                (true, below) => corner(was(at), below == '│', at > low, at < high),
                (false, ' ') if inside => '─',
                (false, below) => below,
            });
            row.push(if inside && at < high { '─' } else { ' ' });
        }
        self.hint(&mut row, 0);
        row.truncate(row.trim_end().len());
        row
    }

    fn line(&self, cell: impl Fn(usize) -> char, least: usize) -> String {
        let mut row = String::new();
        for at in 0..self.lanes.len().min(MOST_LANES) {
            row.push(cell(at));
            row.push(' ');
        }
        self.hint(&mut row, least);
        if least >= MOST_LANES {
            row.push(cell(least));
        }
        row.truncate(row.trim_end().len());
        row
    }

    fn hint(&self, row: &mut String, least: usize) {
        if self.lanes.len() > MOST_LANES || least >= MOST_LANES {
            row.push_str("… ");
        }
    }
}

/// Returns the character that joins what goes up, down, left and right from it.
const fn corner(up: bool, down: bool, left: bool, right: bool) -> char {
    match (up, down, left, right) {
        (true, true, true, true) => '┼',
        (true, true, true, false) => '┤',
        (true, true, false, true) => '├',
        (true, true, false, false) => '│',
        (true, false, true, true) => '┴',
        (true, false, true, false) => '╯',
        (true, false, false, true) => '╰',
        (false, true, true, true) => '┬',
        (false, true, true, false) => '╮',
        (false, true, false, true) => '╭',
        _ => '─',
    }
}
