/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.util.Locale;

/** The names of columns as Java has them: {@code first_name} is {@code firstName}. */
final class JavaNames {

  private JavaNames() {}

  static String of(String column) {
    boolean shouts = column.equals(column.toUpperCase(Locale.ROOT));
    String text = shouts ? column.toLowerCase(Locale.ROOT) : column;
    StringBuilder name = new StringBuilder();
    boolean begins = false;
    for (int i = 0; i < text.length(); i++) {
      char next = text.charAt(i);
      if (next == '_' && name.length() > 0) {
        begins = true;
      } else {
        name.append(begins ? Character.toUpperCase(next) : next);
        begins = false;
      }
    }
    return name.toString();
  }
}
