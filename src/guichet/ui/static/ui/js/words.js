// Texts come translated from the server, in a JSON block.
const block = document.getElementById("ui-words");
const words = block ? JSON.parse(block.textContent) : {};

export const word = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name] ?? name);

export const csrf = () => document.body.dataset.csrf ?? "";

export const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};
