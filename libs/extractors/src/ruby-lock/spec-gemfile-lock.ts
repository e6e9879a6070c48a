/** For specs: a lock file with every kind of source. */
export const gemfileLock = `GIT
  remote: https://example.org/a/from-git.git
  revision: 0123456789abcdef0123456789abcdef01234567
  specs:
    from-git (1.0.0)
      rack (>= 2)

PATH
  remote: engines/own
  specs:
    own (0.1.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.15.0)
      racc (~> 1.4)
    nokogiri (1.15.0-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.0)
    rack (2.2.4)
    rails-html-sanitizer (1.4.3.pre.1)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  from-git!
  own!
  rack (= 2.2.4)

BUNDLED WITH
   2.3.7
`;
