/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import java.util.Objects;

/**
 * The name of a function type, a value type or an egress: a namespace and a name, written {@code
 * namespace/name}.
 *
 * <p>Both parts are non-empty and contain neither {@code '/'} nor control characters, so that the
 * text form has exactly one reading. Immutable and safe for use by any thread.
 */
public final class TypeName implements Comparable<TypeName> {

  private static final int MAX_LENGTH = 255;

  private final String namespace;
  private final String name;
  private final String text;
  private final int hash;

  private TypeName(String namespace, String name) {
    this.namespace = namespace;
    this.name = name;
    this.text = namespace + '/' + name;
    this.hash = text.hashCode();
  }

  /**
   * Makes a type name of its two parts.
   *
   * @throws IllegalArgumentException if a part is empty, contains {@code '/'} or a control
   *     character, or both together are longer than 255 characters
   */
  public static TypeName of(String namespace, String name) {
    return new TypeName(checked(namespace, "namespace"), checked(name, "name"));
  }

  /**
   * Reads a type name from its text form.
   *
   * @param text {@code namespace/name}
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static TypeName parse(String text) {
    Objects.requireNonNull(text, "text");
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1 || text.indexOf('/', slash + 1) >= 0) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a type name: it must be of the form namespace/name, with exactly one '/',"
              + " as in 'billing/user'");
    }
    return of(text.substring(0, slash), text.substring(slash + 1));
  }

  private static String checked(String part, String what) {
    Objects.requireNonNull(part, what);
    if (part.isEmpty() || part.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "The " + what + " of a type name must have 1 to " + MAX_LENGTH + " characters");
    }
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '/' || Character.isISOControl(c)) {
        throw new IllegalArgumentException(
            "The " + what + " '" + part + "' contains a '/' or a control character");
      }
    }
    return part;
  }

  /** The part before the slash. */
  public String namespace() {
    return namespace;
  }

  /** The part after the slash. */
  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof TypeName that && hash == that.hash && text.equals(that.text));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public int compareTo(TypeName other) {
    return text.compareTo(other.text);
  }

  /** The text form, {@code namespace/name}. */
  @Override
  public String toString() {
    return text;
  }
}
