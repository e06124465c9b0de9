function plain(host) {
  var name = String(host).toLowerCase();
  if (name.charAt(0) == "[" && name.charAt(name.length - 1) == "]" && name.length > 2) {
    name = name.substring(1, name.length - 1);
  }
  return name.charAt(name.length - 1) == "." ? name.substring(0, name.length - 1) : name;
}

function portOf(url) {
  var parts = /^([^:\/?#]+):\/\/([^\/?#]*)/.exec(String(url).toLowerCase());
  if (!parts) {
    return 0;
  }
  var written = /:([0-9]+)$/.exec(parts[2]);
  if (written) {
    return Number(written[1]);
  }
  switch (parts[1]) {
  case "http": case "ws": return 80;
  case "https": case "wss": return 443;
  case "ftp": return 21;
  }
  return 0;
}

// addressOf returns the 4 or 16 bytes of an address, or null for a name.
function addressOf(name) {
  if (name.indexOf(":") < 0) {
    return address4(name);
  }
  var bytes = address6(name.replace(/%.+$/, ""));
  if (bytes && bytes.slice(0, 12).join() == "0,0,0,0,0,0,0,0,0,0,255,255") {
    return bytes.slice(12);
  }
  return bytes;
}

function address4(text) {
  var fields = text.split("."), bytes = [], i;
  for (i = 0; i < fields.length; i++) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(fields[i]) || Number(fields[i]) > 255) {
      return null;
    }
    bytes.push(Number(fields[i]));
  }
  return bytes.length == 4 ? bytes : null;
}

function address6(text) {
  var halves = text.split("::"), before, behind;
  if (halves.length > 2) {
    return null;
  }
  before = groups(halves[0], halves.length == 1);
  if (halves.length == 1) {
    return before && before.length == 16 ? before : null;
  }
  behind = groups(halves[1], true);
  if (!before || !behind || before.length + behind.length > 14) {
    return null;
  }
  while (before.length + behind.length < 16) {
    before.push(0);
  }
  return before.concat(behind);
}

// groups reads what is on one side of the two colons; the last group may be an
// IPv4 address.
function groups(text, last) {
  var fields = text == "" ? [] : text.split(":"), bytes = [], i;
  for (i = 0; i < fields.length; i++) {
    if (last && i == fields.length - 1 && fields[i].indexOf(".") >= 0) {
      var four = address4(fields[i]);
      return four ? bytes.concat(four) : null;
    }
    if (!/^[0-9a-f]{1,4}$/.test(fields[i])) {
      return null;
    }
    var group = parseInt(fields[i], 16);
    bytes.push(group >> 8, group & 255);
  }
  return bytes;
}

function within(address, network, bits) {
  if (!address || address.length != network.length) {
    return false;
  }
  for (var i = 0; bits > 0; i++, bits -= 8) {
    var mask = bits >= 8 ? 255 : 255 << (8 - bits) & 255;
    if ((address[i] & mask) != (network[i] & mask)) {
      return false;
    }
  }
  return true;
}

function local(name, address) {
  if (address) {
    return within(address, [127, 0, 0, 0], 8) || within(address, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128);
  }
  return name.indexOf(".") < 0 || name.substring(name.length - 10) == ".localhost";
}

// like compares with a pattern in which a star is any run of characters.
function like(text, pattern) {
  var star = -1, mark = 0, p = 0, t = 0;
  while (t < text.length) {
    if (pattern.charAt(p) == "*") {
      star = p++;
      mark = t;
    } else if (p < pattern.length && pattern.charAt(p) == text.charAt(t)) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (pattern.charAt(p) == "*") {
    p++;
  }
  return p == pattern.length;
}
