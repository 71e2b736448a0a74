/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

/** The names that objects may have in a store. For those that implement one. */
public final class ObjectNames {

  private ObjectNames() {}

  /**
   * Checks a name.
   *
   * @return the name
   * @throws IllegalArgumentException if it is not made as {@link SnapshotStore} says
   */
  public static String check(String name) {
    int begin = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '/') {
        int length = i - begin;
        boolean dots =
            (length == 1 && name.charAt(begin) == '.')
                || (length == 2 && name.charAt(begin) == '.' && name.charAt(begin + 1) == '.');
        if (length == 0 || dots) {
          throw invalid(name);
        }
        begin = i + 1;
      } else if (!allowed(name.charAt(i))) {
        throw invalid(name);
      }
    }
    return name;
  }

  /**
   * Checks a prefix.
   *
   * @return the prefix
   * @throws IllegalArgumentException if no name can begin so
   */
  public static String checkPrefix(String prefix) {
    if (prefix.isEmpty()) {
      return prefix;
    }
    // A prefix may end in the middle of a part, also one that is '.' so far.
    check(prefix + "x");
    return prefix;
  }

  private static boolean allowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }

  private static IllegalArgumentException invalid(String name) {
    return new IllegalArgumentException(
        "'"
            + name
            + "' is not a name for an object: it needs parts of letters, digits, '-', '_' and '.',"
            + " separated by '/', none of them empty, '.' or '..'");
  }
}
