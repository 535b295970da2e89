//! The functions that scripts may call, each declared once: the sandbox and the reference page come from here.
//!
//! What is missing is missing on purpose: it could reach the clock, call by name, or build a huge value before anyone
//! can look at its size. The queries of facts are in the vocabulary.

/// One function, in one of its uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    pub group: Group,
    /// How it is written: `list.find(test[, start])`. What stands in brackets may be left out.
    pub form: &'static str,
    /// One sentence: what it does.
    pub about: &'static str,
}

/// What a function works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Lawbook,
    Texts,
    Lists,
    Maps,
    Numbers,
    Interpreter,
}

impl Group {
    /// Every group, in the order of the reference page.
    pub const ALL: &[Self] = &[Self::Lawbook, Self::Texts, Self::Lists, Self::Maps, Self::Numbers, Self::Interpreter];
}

impl Function {
    /// Returns its name.
    pub fn name(&self) -> &'static str {
        let call = self.form.split('(').next().unwrap_or_default();
        call.rsplit('.').next().unwrap_or_default()
    }

    /// Returns the numbers of arguments that its form allows; a receiver counts as one.
    pub fn arguments(&self) -> std::ops::RangeInclusive<usize> {
        let (call, arguments) = self.form.split_once('(').unwrap_or((self.form, ")"));
        let count = |text: &str| text.split(',').filter(|part| part.contains(char::is_alphabetic)).count();
        let receiver = usize::from(call.contains('.'));
        let needed = arguments.split('[').next().map_or(0, count);
        receiver + needed..=receiver + count(&arguments.replace('[', ","))
    }
}

const fn function(group: Group, form: &'static str, about: &'static str) -> Function {
    Function { group, form, about }
}

/// All of them, by group.
pub const FUNCTIONS: &[Function] = &[
    function(
        Group::Lawbook,
        "report(at[, what])",
        "Reports a finding at a fact, a match or a line number; `what` is the message, or a map for the placeholders of the rule's message.",
    ),
    function(
        Group::Lawbook,
        "fact.matches(regex)",
        "Whether the regex is found in the fact's `text`; `^` and `$` match at each line.",
    ),
    function(Group::Lawbook, "fact.find(regex)", "The first match in the fact's `text`, or `()`."),
    function(Group::Lawbook, "fact.find_all(regex)", "All matches in the fact's `text`."),
    function(Group::Lawbook, "fact.knows(field)", "Whether the field can be known without running the code."),
    function(Group::Lawbook, "fact.is_unknown(field)", "The opposite of `knows`."),
    function(Group::Lawbook, "fact.to_string()", "A short name: a path, a revision, a callee."),
    function(
        Group::Lawbook,
        "text.matches(regex)",
        "Whether the regex is found; `^` and `$` match at the ends of the text.",
    ),
    function(Group::Lawbook, "text.find(regex)", "The first match, or `()`; `^` and `$` match at each line."),
    function(Group::Lawbook, "text.find_all(regex)", "All matches."),
    function(
        Group::Lawbook,
        "text.glob(pattern)",
        "Whether the glob matches the whole text; `*` stays inside a folder, `**` crosses them.",
    ),
    function(
        Group::Lawbook,
        "found.group(number)",
        "A group of a match, by number or name; `()` if it took no part. 0 is the whole match.",
    ),
    function(Group::Lawbook, "is_unknown(value)", "Whether an item of a list or a map cannot be known."),
    function(Group::Texts, "text.len()", "Number of characters; also `text.len`."),
    function(Group::Texts, "text.is_empty()", "Whether it has no characters; also `text.is_empty`."),
    function(Group::Texts, "text.contains(part)", "Whether the part occurs; also `part in text`."),
    function(Group::Texts, "text.starts_with(part)", "Whether it starts so."),
    function(Group::Texts, "text.ends_with(part)", "Whether it ends so."),
    function(Group::Texts, "text.index_of(part[, start])", "Where the part starts, from 0; -1 if nowhere."),
    function(Group::Texts, "text.sub_string(start[, count])", "A copy of a part."),
    function(Group::Texts, "text.to_upper()", "A copy in upper case."),
    function(Group::Texts, "text.to_lower()", "A copy in lower case."),
    function(Group::Texts, "text.split([at[, parts]])", "A list of the parts, at white space when nothing is said."),
    function(Group::Texts, "text.get(index)", "The character at this place, from 0; `()` outside."),
    function(Group::Texts, "text.set(index, character)", "Changes one character in place."),
    function(Group::Texts, "text.trim()", "Removes white space at both ends in place, and returns nothing."),
    function(Group::Texts, "text.replace(part, with)", "Replaces all in place, and returns nothing."),
    function(Group::Texts, "text.remove(part)", "Removes all in place, and returns nothing."),
    function(Group::Texts, "text.crop(start[, count])", "Keeps a part in place."),
    function(Group::Texts, "text.truncate(count)", "Keeps the first characters in place."),
    function(Group::Texts, "text.append(more)", "Adds at the end in place."),
    function(Group::Texts, "text.make_upper()", "Changes to upper case in place."),
    function(Group::Texts, "text.make_lower()", "Changes to lower case in place."),
    function(Group::Texts, "text.clear()", "Empties it in place."),
    function(Group::Texts, "value.to_string()", "The value as text; `${...}` inside backticks does the same."),
    function(Group::Texts, "value.to_debug()", "The value as text, with quotes around texts."),
    function(Group::Lists, "list.len()", "Number of items; also `list.len`."),
    function(Group::Lists, "list.is_empty()", "Whether it has no items; also `list.is_empty`."),
    function(Group::Lists, "list.contains(value)", "Whether an item equals it; also `value in list`."),
    function(
        Group::Lists,
        "list.index_of(value[, start])",
        "Where an item equals the value, or satisfies the closure; -1 if nowhere.",
    ),
    function(Group::Lists, "list.some(test)", "Whether an item satisfies the closure. There is no `any`."),
    function(Group::Lists, "list.all(test)", "Whether every item does."),
    function(Group::Lists, "list.filter(test)", "A list of those that do."),
    function(Group::Lists, "list.find(test[, start])", "The first that does, or `()`."),
    function(Group::Lists, "list.map(change)", "A list of what the closure makes of each."),
    function(Group::Lists, "list.find_map(change[, start])", "The first result that is not `()`."),
    function(
        Group::Lists,
        "list.for_each(closure)",
        "Calls the closure for each item: the item is `this`, the argument its index. `for item in list { ... }` reads better.",
    ),
    function(Group::Lists, "list.reduce(join[, first])", "One value from all, from the left: `|sum, item| ...`."),
    function(Group::Lists, "list.reduce_rev(join[, first])", "The same from the right."),
    function(Group::Lists, "list.zip(other, join)", "A list of what the closure makes of pairs."),
    function(
        Group::Lists,
        "list.order([compare])",
        "A sorted copy; the closure returns a negative number, 0 or a positive one.",
    ),
    function(Group::Lists, "list.order_by(compare)", "A sorted copy."),
    function(Group::Lists, "list.order_desc()", "A copy sorted downwards."),
    function(Group::Lists, "list.sort([compare])", "Sorts in place."),
    function(Group::Lists, "list.sort_by(compare)", "Sorts in place."),
    function(Group::Lists, "list.sort_desc()", "Sorts downwards in place."),
    function(Group::Lists, "list.reverse()", "Reverses in place."),
    function(Group::Lists, "list.dedup([same])", "Removes items that equal the one before them, in place."),
    function(Group::Lists, "list.duplicates()", "The texts, or texts of matches, that equal one before them."),
    function(Group::Lists, "list.push(item)", "Adds at the end in place."),
    function(Group::Lists, "list.append(other)", "Adds all items of another list in place; `+` makes a new one."),
    function(Group::Lists, "list.insert(index, item)", "Adds at a place in place."),
    function(Group::Lists, "list.pop()", "Removes the last item and returns it."),
    function(Group::Lists, "list.shift()", "Removes the first item and returns it."),
    function(Group::Lists, "list.remove(index)", "Removes an item and returns it."),
    function(
        Group::Lists,
        "list.get(index)",
        "An item, `()` outside; a negative index counts from the end. `list[index]` outside is an error.",
    ),
    function(Group::Lists, "list.set(index, item)", "Changes an item in place."),
    function(Group::Lists, "list.extract(start[, count])", "A copy of a part."),
    function(Group::Lists, "list.splice(start, count, other)", "Replaces a part in place."),
    function(Group::Lists, "list.chop(count)", "Keeps the last items in place."),
    function(Group::Lists, "list.truncate(count)", "Keeps the first items in place."),
    function(Group::Lists, "list.drain(test)", "Removes those that satisfy the closure and returns them."),
    function(Group::Lists, "list.retain(test)", "Keeps those that satisfy the closure and returns the others."),
    function(Group::Lists, "list.clear()", "Empties it in place."),
    function(Group::Maps, "map.len()", "Number of entries."),
    function(Group::Maps, "map.is_empty()", "Whether it has no entries."),
    function(Group::Maps, "map.contains(key)", "Whether it has this key; also `key in map`."),
    function(Group::Maps, "map.get(key)", "The value, or `()`. `map.key` and `map[key]` without the key are errors."),
    function(Group::Maps, "map.set(key, value)", "Sets an entry; so does `map[key] = value`."),
    function(Group::Maps, "map.keys()", "A list of the keys."),
    function(Group::Maps, "map.values()", "A list of the values."),
    function(Group::Maps, "map.filter(test)", "A map of the entries that satisfy `|key, value| ...`."),
    function(Group::Maps, "map.mixin(other)", "Puts all entries of another map over these; `+` makes a new one."),
    function(Group::Maps, "map.fill_with(other)", "Puts in those that are missing."),
    function(Group::Maps, "map.remove(key)", "Removes an entry and returns its value."),
    function(Group::Maps, "map.drain(test)", "Removes the entries that satisfy `|key, value| ...` and returns them."),
    function(
        Group::Maps,
        "map.retain(test)",
        "Keeps the entries that satisfy `|key, value| ...` and returns the others.",
    ),
    function(Group::Maps, "map.clear()", "Empties it in place."),
    function(Group::Numbers, "parse_int(text[, radix])", "An integer from text; an error if it is none."),
    function(Group::Numbers, "parse_float(text)", "A number from text; an error if it is none."),
    function(Group::Numbers, "number.to_int()", "The integer part."),
    function(Group::Numbers, "number.to_float()", "The number with a fraction."),
    function(Group::Numbers, "number.abs()", "Without its sign."),
    function(Group::Numbers, "number.sign()", "-1, 0 or 1."),
    function(Group::Numbers, "min(a, b)", "The smaller."),
    function(Group::Numbers, "max(a, b)", "The larger."),
    function(Group::Numbers, "number.floor()", "Rounded down."),
    function(Group::Numbers, "number.ceiling()", "Rounded up."),
    function(Group::Numbers, "number.round()", "Rounded."),
    function(Group::Numbers, "number.is_odd()", "Whether it is odd."),
    function(Group::Numbers, "number.is_even()", "Whether it is even."),
    function(Group::Numbers, "number.is_zero()", "Whether it is 0."),
    function(
        Group::Numbers,
        "range(from, to[, step])",
        "The numbers from `from` up to, without, `to`; for `for`. Also `0..10` and `0..=9`.",
    ),
    function(Group::Interpreter, "print([text])", "Writes to standard error, never into a report."),
    function(Group::Interpreter, "debug([value])", "The same, with quotes around texts."),
    function(Group::Interpreter, "type_of(value)", "Name of a value's type."),
];
